"""The repository's public address: found once, written everywhere, taken out again.

    python tools/repository.py                                # print the address in force, if any
    python tools/repository.py https://github.com/owner/name  # write it everywhere
    python tools/repository.py ""                             # take it out again
    python tools/repository.py --edition                      # print the edition

The address decides where Binder, Colab and download buttons lead, and from where the first cell of each
notebook installs the book's package on Colab. There is no default on purpose: a made-up address in an install
cell would hand readers to a stranger.

An *edition* is the version in pyproject.toml. Its notebooks, with the address written in, live on the branch
`edition-<version>`, which the publishing workflow pushes.
"""

import ipaddress
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

PUBLIC_HOSTS = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org")
# Names that never lead to a public host (RFC 2606, RFC 6761, RFC 8375 and common local use).
RESERVED = (
    *("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "onion"),
    *("test", "example", "invalid", "example.com", "example.net", "example.org"),
)
MARK = re.compile(r"(<!-- repository -->\n).*?(<!-- /repository -->)", re.DOTALL)


def normalise(url: str) -> str:
    """Turn any usual form of a public repository's address into `https://host/owner/name`.

    Credentials, ports of ssh, a final slash and `.git` are dropped.

    Raises
    ------
    ValueError
        When `url` is not the address of a repository on a public host.
    """

    def refuse(why: str) -> ValueError:
        shown = re.sub(r"//[^/@]*@", "//", url)  # the message ends up in logs: no credential in it
        return ValueError(f"{shown!r} {why}; wanted something like https://github.com/owner/name")

    if not isinstance(url, str) or not url or not url.isascii() or re.search(r"[\s\\\x00-\x1f\x7f]", url):
        raise refuse("is empty or has characters that no address has")
    short = re.fullmatch(r"(?:[\w.-]+@)([\w.-]+):(?!/)(.+)", url)  # git@host:owner/name
    parts = urlsplit(f"ssh://{short[1]}/{short[2]}" if short else url)
    scheme = parts.scheme.removeprefix("git+")
    if scheme not in ("https", "http", "ssh", "git"):
        raise refuse("is not an https or ssh address")
    try:
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise refuse("has a port that is no number") from None
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        raise refuse("is a page, not a repository")
    if scheme in ("https", "http") and port not in (None, 80, 443):
        raise refuse("names a port, which public hosts do not")
    if not _is_public(host):
        raise refuse("is not on a public host")
    names = parts.path.removesuffix("/").removesuffix(".git").split("/")[1:]
    if len(names) < 2 or (len(names) > 2 and host in PUBLIC_HOSTS and host != "gitlab.com"):
        raise refuse("does not end in owner/name")
    if not all(re.fullmatch(r"[A-Za-z0-9_.-]+", name) and name.strip(".") for name in names) or "-" in names:
        raise refuse("does not end in owner/name")
    return f"https://{host}/{'/'.join(names)}"


def _is_public(host: str) -> bool:
    """Whether `host` is a full name in a public domain: no address in numbers, nothing local."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        wellformed = all(re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", label) for label in labels)
        local = any(host == name or host.endswith(f".{name}") for name in RESERVED)
        return wellformed and len(labels) > 1 and not labels[-1].isdigit() and not local
    return False


def edition(root: Path) -> str:
    """Return the version in pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def resolve(root: Path, environ: Mapping[str, str] = os.environ) -> str:
    """Return the address of the repository that `root` belongs to, or "" while it has none.

    In GitHub Actions, the repository the workflow runs in; else the git remote `origin` when it is on a public
    host; else `repository: url:` of _config.yml.
    """
    if environ.get("GITHUB_ACTIONS") == "true":
        here = f"{environ.get('GITHUB_SERVER_URL', '')}/{environ.get('GITHUB_REPOSITORY', '')}"
        if address := _usable(here):
            return address
    address = _usable(_origin(root))
    if address and urlsplit(address).hostname in PUBLIC_HOSTS:
        return address
    written = _configured(root)
    return normalise(written) if written else ""


def _usable(url: str) -> str:
    try:
        return normalise(url)
    except ValueError:
        return ""


def _origin(root: Path) -> str:
    """Return the remote `origin` of the git repository whose top folder is `root`."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root), *arguments]
        try:
            return subprocess.run(command, env=environ, capture_output=True, text=True).stdout.strip()
        except OSError:  # no git on this machine
            return ""

    top = git("rev-parse", "--show-toplevel")
    if not top or Path(top).resolve() != root.resolve():  # a copy that lies inside some other repository
        return ""
    return git("config", "--get", "remote.origin.url")


def _configured(root: Path) -> str:
    config = root / "_config.yml"
    if not config.exists():
        return ""
    found = _CONFIG_URL.search(config.read_text(encoding="utf-8"))
    return found["url"] if found else ""


# `url` in the block `repository:`, written over lines or as {url: "..."}. Text, not YAML: comments stay.
_CONFIG_URL = re.compile(
    r"^(?P<before>repository:[ \t]*(?:\{[^}\n]*?|(?:#[^\n]*)?\n(?:(?:[ \t]+[^\n]*|#[^\n]*)?\n)*?[ \t]+)\burl:[ \t]*)"
    r'"(?P<url>[^"\n]*)"',
    re.MULTILINE,
)


# -- where the address leads -----------------------------------------------------------------------------------


def links(address: str, version: str, path: str) -> dict[str, str]:
    """Return the web addresses of one file of an edition: source, download, issues, binder and colab.

    Services that do not know the host are left out (Colab opens notebooks from GitHub only).
    """
    if not address:
        return {}
    host, _, repository = address.removeprefix("https://").partition("/")
    branch, file = f"edition-{version}", quote(path)
    forms = {  # view, raw, issues, Binder's name for the host
        "github.com": ("blob/{}/{}", "raw/{}/{}", "issues", "gh"),
        "gitlab.com": ("-/blob/{}/{}", "-/raw/{}/{}", "-/issues", "gl"),
        "codeberg.org": ("src/branch/{}/{}", "raw/branch/{}/{}", "issues", ""),
        "bitbucket.org": ("src/{}/{}", "raw/{}/{}", "issues", ""),
    }
    # Elsewhere the software is most often GitLab (universities) or Forgejo: guess by name, Forgejo otherwise.
    view, raw, issues, binder = forms.get(host) or forms["gitlab.com" if "gitlab" in host else "codeberg.org"]
    if host not in forms:
        binder = ""
    name = {"gh": repository, "gl": quote(repository, safe="")}.get(binder) or quote(address, safe="")
    result = {
        "source": f"{address}/{view.format(branch, file)}",
        "download": f"{address}/{raw.format(branch, file)}",
        "issues": f"{address}/{issues}",
        "binder": f"https://mybinder.org/v2/{binder or 'git'}/{name}/{branch}?urlpath=lab/tree/{file}",
    }
    if host == "github.com":
        result["colab"] = f"https://colab.research.google.com/github/{repository}/blob/{branch}/{file}"
    return result


def site(address: str) -> str:
    """Return where the publishing workflow puts the book, or "" where only its owner knows."""
    host, _, repository = address.removeprefix("https://").partition("/")
    if host != "github.com":
        return ""
    owner, name = repository.split("/")
    home = f"{owner.lower()}.github.io"
    return f"https://{home}/" if name.lower() == home else f"https://{home}/{name}/"


def install_source(address: str, version: str) -> str:
    """Return what pip installs on Colab, or "" while there is no address."""
    return f"rnn-textbook @ git+{address}@edition-{version}" if address else ""


# -- writing it everywhere -------------------------------------------------------------------------------------


def write(root: Path, url: str) -> list[Path]:
    """Write `url` (or, given "", nothing) into every file that carries the address; return the changed files.

    All new texts are made before the first file is written: a refusal changes nothing.
    """
    address, version = normalise(url) if url else "", edition(root)
    texts: dict[Path, str] = {}

    def edit(path: Path, change: Callable[[str], str]) -> None:
        if path.exists():
            texts[path] = change(path.read_bytes().decode("utf-8"))

    edit(root / "_config.yml", lambda text: _in_config(text, address))
    edit(root / "CITATION.cff", lambda text: _in_citation(text, address))
    edit(root / "pyproject.toml", lambda text: _in_pyproject(text, address))
    for name in ("README.md", "CONTRIBUTING.md"):
        edit(root / name, lambda text: _in_marked(text, address, version, root))
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        edit(path, lambda text: _in_notebook(text, install_source(address, version)))

    changed = [path for path, text in texts.items() if path.read_bytes() != text.encode("utf-8")]
    for path in changed:
        path.write_bytes(texts[path].encode("utf-8"))
    return changed


def _in_config(text: str, address: str) -> str:
    if not _CONFIG_URL.search(text):
        raise ValueError('_config.yml needs the lines\nrepository:\n  url: ""')
    return _CONFIG_URL.sub(lambda found: f'{found["before"]}"{address}"', text, count=1)


def _in_citation(text: str, address: str) -> str:
    text = re.sub(r"^repository-code:.*\n", "", text, flags=re.MULTILINE)
    if not address:
        return text
    line = f'repository-code: "{address}"\n'
    after = re.search(r"^version:.*\n", text, re.MULTILINE)
    at = after.end() if after else len(text)
    return text[:at] + line + text[at:]


def _in_pyproject(text: str, address: str) -> str:
    text = re.sub(r"^\[project\.urls\]\nRepository = .*\nIssues = .*\n\n", "", text, flags=re.MULTILINE)
    if not address:
        return text
    block = f'[project.urls]\nRepository = "{address}"\nIssues = "{links(address, "", "")["issues"]}"\n\n'
    project = re.search(r"^\[project\]$", text, re.MULTILINE)
    following = re.compile(r"^\[", re.MULTILINE).search(text, project.end()) if project else None
    if not following or "[project.urls]" in text:
        raise ValueError("pyproject.toml: wanted [project], then another table, and no [project.urls] of its own")
    return text[: following.start()] + block + text[following.start() :]


def _in_marked(text: str, address: str, version: str, root: Path) -> str:
    """Fill the places between `<!-- repository -->` and `<!-- /repository -->` (empty while there is no address)."""
    line = ""
    if address:
        notebooks = sorted((root / "notebooks").glob("*.ipynb"))
        to = links(address, version, f"notebooks/{notebooks[0].name}" if notebooks else "")
        there = {
            "Read it online": site(address),
            "Run it on Binder": to["binder"],
            "Open the first chapter in Colab": to.get("colab", "") if notebooks else "",
            "Report an error": to["issues"],
        }
        line = " · ".join(f"[{name}]({url})" for name, url in there.items() if url) + "\n"
    return MARK.sub(lambda found: found[1] + line + found[2], text)


def _in_notebook(text: str, source: str) -> str:
    """Set SOURCE in the first code cell of a notebook, given as the text of its file."""
    tools = str(Path(__file__).resolve().parent)
    if tools not in sys.path:
        sys.path.insert(0, tools)
    import notebooks

    notebook = json.loads(text)
    if notebooks.get_source(notebook) == source:
        return text
    return notebooks.to_text(notebooks.set_source(notebook, source))


def main(arguments: list[str]) -> int:
    """Run the command; return its exit status."""
    root = Path(__file__).resolve().parents[1]
    if len(arguments) > 1 or arguments in (["-h"], ["--help"]):
        print(__doc__)
        return 0 if len(arguments) == 1 else 2
    try:
        if arguments == ["--edition"]:
            print(edition(root))
            return 0
        if not arguments:
            print(resolve(root) or "No address yet: make repository URL=https://github.com/owner/name")
            return 0
        changed = write(root, arguments[0])
    except ValueError as error:
        print(f"repository: {error}", file=sys.stderr)
        return 1
    for path in changed:
        print(f"wrote {path.relative_to(root)}")
    if not changed:
        print("nothing to change")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
