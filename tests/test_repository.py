"""The repository's address: which forms are one, where it comes from, written everywhere and taken out again."""

import subprocess
import sys
import tomllib

import lab
import pytest
import repository
import yaml

import notebooks

ADDRESS = "https://github.com/ada/rnn-book"


# -- normalise -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (ADDRESS, ADDRESS),
        (f"{ADDRESS}/", ADDRESS),
        (f"{ADDRESS}.git", ADDRESS),
        (f"{ADDRESS}.git/", ADDRESS),
        (f"git+{ADDRESS}", ADDRESS),
        ("http://github.com/ada/rnn-book", ADDRESS),
        ("https://GitHub.com/Ada/rnn-book", "https://github.com/Ada/rnn-book"),
        ("https://github.com:443/ada/rnn-book", ADDRESS),
        ("git@github.com:ada/rnn-book.git", ADDRESS),
        ("ssh://git@github.com/ada/rnn-book.git", ADDRESS),
        ("ssh://git@github.com:22/ada/rnn-book", ADDRESS),
        ("git+ssh://git@github.com/ada/rnn-book.git", ADDRESS),
        ("https://ada:secret@github.com/ada/rnn-book.git", ADDRESS),
        ("https://x-access-token:secret@github.com/ada/rnn-book", ADDRESS),
        ("https://gitlab.com/group/team/book.git", "https://gitlab.com/group/team/book"),
        ("git@gitlab.com:group/team/book.git", "https://gitlab.com/group/team/book"),
        ("https://codeberg.org/ada/book", "https://codeberg.org/ada/book"),
        ("git@bitbucket.org:ada/book.git", "https://bitbucket.org/ada/book"),
        ("https://gitlab.cs.uni-hamburg.de/ada/book", "https://gitlab.cs.uni-hamburg.de/ada/book"),
        ("https://github.com/ada/book.github.io", "https://github.com/ada/book.github.io"),
    ],
)
def test_usual_forms_become_one(given, wanted):
    assert repository.normalise(given) == wanted
    assert repository.normalise(wanted) == wanted


@pytest.mark.parametrize(
    "made_up",
    [
        *("", " ", "rnn-book", "ada/rnn-book", "github.com/ada/rnn-book", "TODO", "URL"),
        *("https://github.com", "https://github.com/", "https://github.com/ada", "https://github.com//rnn-book"),
        *(f"{ADDRESS}/tree/main", f"{ADDRESS}?tab=readme", f"{ADDRESS}#readme", f"{ADDRESS}/.git"),
        *("https://github.com/ada/rnn book", " " + ADDRESS, ADDRESS + "\n", f"{ADDRESS}@main", f"{ADDRESS};ls"),
        *("https://github.com/<owner>/<name>", "https://github.com/$OWNER/book", "https://github.com/../book"),
        *("/home/ada/rnn-book", "../rnn-book", "./rnn-book", "file:///home/ada/rnn-book", r"C:\books\rnn", "C:/a/b"),
        *("https://localhost/ada/book", "http://127.0.0.1/ada/book", "http://10.0.0.7/ada/book"),
        *("https://[::1]/ada/book", "https://8.8.8.8/ada/book", "https://2130706433/ada/book", "git@10.0.0.7:a/b"),
        *("https://git/ada/book", "https://git.local/ada/book", "https://git.corp/ada/book", "git@server:ada/book"),
        *("https://git.example.org/ada/book", "https://git.invalid/ada/book", "https://example.com/ada/book"),
        *("https://github.com:8443/ada/book", "https://github.com:port/ada/book", "ftp://github.com/ada/book"),
        *("javascript:alert(1)", "https://gitlab.com/ada/book/-/tree/main", "https://gïthub.com/ada/book"),
    ],
)
def test_anything_else_is_refused(made_up):
    with pytest.raises(ValueError, match="wanted something like https://"):
        repository.normalise(made_up)


def test_a_refusal_shows_no_credential():
    with pytest.raises(ValueError, match="does not end in owner/name") as refused:
        repository.normalise("https://ada:secret@github.com/ada")
    assert "secret" not in str(refused.value)


# -- resolve ---------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """A git repository without a remote, with an empty setting."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "_config.yml").write_text('title: a\nrepository:\n  url: ""\n')
    return tmp_path


def git(folder, *arguments):
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def configure(folder, url):
    (folder / "_config.yml").write_text(f'title: a\nrepository:\n  url: "{url}"  # here\n')


ACTIONS = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "fork/rnn-book",
}


def test_none_at_first(folder):
    assert repository.resolve(folder, {}) == ""


def test_the_setting_counts(folder):
    configure(folder, ADDRESS)
    assert repository.resolve(folder, {}) == ADDRESS


def test_a_public_remote_comes_before_the_setting(folder):
    configure(folder, "https://codeberg.org/ada/old")
    git(folder, "remote", "add", "origin", "https://ada:secret@github.com/ada/rnn-book.git")
    assert repository.resolve(folder, {}) == ADDRESS


@pytest.mark.parametrize("private", ["../elsewhere", "git@10.0.0.7:ada/book.git", "https://git.uni-x.de/ada/book.git"])
def test_a_private_remote_does_not_count(folder, private):
    git(folder, "remote", "add", "origin", private)
    assert repository.resolve(folder, {}) == ""
    configure(folder, ADDRESS)
    assert repository.resolve(folder, {}) == ADDRESS


def test_only_origin_counts(folder):
    git(folder, "remote", "add", "upstream", ADDRESS)
    assert repository.resolve(folder, {}) == ""


def test_where_the_workflow_runs_comes_first(folder):
    configure(folder, "https://codeberg.org/ada/old")
    git(folder, "remote", "add", "origin", ADDRESS)
    assert repository.resolve(folder, ACTIONS) == "https://github.com/fork/rnn-book"
    assert repository.resolve(folder, ACTIONS | {"GITHUB_ACTIONS": ""}) == ADDRESS


def test_a_repository_around_the_folder_is_not_ours(folder):
    git(folder, "remote", "add", "origin", ADDRESS)
    (folder / "copy").mkdir()
    assert repository.resolve(folder / "copy", {}) == ""


def test_a_wrong_setting_is_an_error(folder):
    configure(folder, "https://localhost/ada/book")
    with pytest.raises(ValueError, match="public host"):
        repository.resolve(folder, {})


@pytest.mark.parametrize(
    "text",
    [
        'repository:\n  url: "{}"\n',
        'title: a\nrepository:   # where\n  # not yet\n  branch: main\n\n  url:   "{}"   # it\nhtml:\n  a: 1\n',
        'repository: {{url: "{}", branch: main}}  # one line\n',
        'html:\n  url: "other"\nrepository: {{branch: main, url: "{}"}}\n',
    ],
)
def test_the_setting_is_found_in_any_layout(folder, text):
    (folder / "_config.yml").write_text(text.format(ADDRESS))
    assert yaml.safe_load((folder / "_config.yml").read_text())["repository"]["url"] == ADDRESS
    assert repository.resolve(folder, {}) == ADDRESS


def test_another_tables_url_is_not_the_setting(folder):
    (folder / "_config.yml").write_text(f'repository:\n  branch: main\nhtml:\n  url: "{ADDRESS}"\n')
    assert repository.resolve(folder, {}) == ""


# -- where it leads --------------------------------------------------------------------------------------------


def test_links_point_to_one_notebook_of_one_edition():
    branch = "edition-0.1.0"
    assert repository.links(ADDRESS, "0.1.0", "notebooks/03_gradients.ipynb") == {
        "source": f"{ADDRESS}/blob/{branch}/notebooks/03_gradients.ipynb",
        "download": f"{ADDRESS}/raw/{branch}/notebooks/03_gradients.ipynb",
        "issues": f"{ADDRESS}/issues",
        "binder": f"https://mybinder.org/v2/gh/ada/rnn-book/{branch}?urlpath=lab/tree/notebooks/03_gradients.ipynb",
        "colab": f"https://colab.research.google.com/github/ada/rnn-book/blob/{branch}/notebooks/03_gradients.ipynb",
    }
    assert repository.links("", "0.1.0", "notebooks/03_gradients.ipynb") == {}


def test_links_elsewhere_than_github():
    lab_links = repository.links("https://gitlab.com/group/team/book", "1.0", "a.ipynb")
    assert "colab" not in lab_links
    assert lab_links["binder"].startswith("https://mybinder.org/v2/gl/group%2Fteam%2Fbook/edition-1.0?")
    assert lab_links["issues"] == "https://gitlab.com/group/team/book/-/issues"
    berg_links = repository.links("https://codeberg.org/ada/book", "1.0", "a.ipynb")
    assert berg_links["binder"].startswith("https://mybinder.org/v2/git/https%3A%2F%2Fcodeberg.org%2Fada%2Fbook/")
    assert berg_links["download"] == "https://codeberg.org/ada/book/raw/branch/edition-1.0/a.ipynb"


def test_site():
    assert repository.site("https://github.com/Ada/book") == "https://ada.github.io/book/"
    assert repository.site("https://github.com/ada/ada.github.io") == "https://ada.github.io/"
    assert repository.site("https://codeberg.org/ada/book") == repository.site("") == ""


# -- written everywhere ----------------------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path):
    copy = lab.copy_repository(tmp_path / "tree")
    repository.write(copy, "")  # where the book has an address, begin without
    return copy


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_written_everywhere(tree):
    repository.write(tree, "git@github.com:ada/rnn-book.git")
    version = repository.edition(tree)
    source = f"rnn-textbook @ git+{ADDRESS}@edition-{version}"
    assert yaml.safe_load((tree / "_config.yml").read_text())["repository"]["url"] == ADDRESS
    assert yaml.safe_load((tree / "CITATION.cff").read_text())["repository-code"] == ADDRESS
    project = tomllib.loads((tree / "pyproject.toml").read_text())["project"]
    assert project["urls"] == {"Repository": ADDRESS, "Issues": f"{ADDRESS}/issues"}
    assert f"mybinder.org/v2/gh/ada/rnn-book/edition-{version}" in (tree / "README.md").read_text()
    paths = sorted((tree / "notebooks").glob("*.ipynb"))
    assert paths
    for path in paths:
        notebook = notebooks.read(path)
        assert notebooks.get_source(notebook) == source
        assert notebooks.to_text(notebooks.normalize(notebook)) == path.read_text(encoding="utf-8")


def test_written_and_taken_out_again_is_byte_identical(tree):
    before = contents(tree)
    assert repository.write(tree, ADDRESS)
    assert contents(tree) != before
    repository.write(tree, "https://gitlab.com/group/team/book")
    repository.write(tree, "")
    assert contents(tree) == before


def test_twice_is_once(tree):
    repository.write(tree, ADDRESS)
    once = contents(tree)
    assert repository.write(tree, f"{ADDRESS}.git") == []
    assert contents(tree) == once


def test_nothing_but_the_address_changes(tree):
    """Comments and layout of the settings stay."""
    before = (tree / "_config.yml").read_text().splitlines()
    repository.write(tree, ADDRESS)
    after = (tree / "_config.yml").read_text().splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [new for _, new in changed] == [old.replace('""', f'"{ADDRESS}"') for old, _ in changed]
    assert len(changed) == 1


def test_a_made_up_address_changes_nothing(tree):
    before = contents(tree)
    with pytest.raises(ValueError, match="public host"):
        repository.write(tree, "https://localhost/ada/book")
    assert contents(tree) == before
    (tree / "_config.yml").write_text("title: no place for it\n")
    before = contents(tree)
    with pytest.raises(ValueError, match=r"_config\.yml needs"):
        repository.write(tree, ADDRESS)
    assert contents(tree) == before


def test_the_command(tree):
    def command(*arguments):
        line = [sys.executable, str(tree / "tools/repository.py"), *arguments]
        return subprocess.run(line, capture_output=True, text=True, cwd=tree.parent, env=lab.clean_environ())

    assert command(ADDRESS).stdout.count("wrote ") >= 4
    assert command(ADDRESS).stdout == "nothing to change\n"
    refused = command("https://localhost/ada/book")
    assert refused.returncode == 1
    assert "public host" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert command("").returncode == 0
    assert command("--edition").stdout.strip() == repository.edition(tree)
