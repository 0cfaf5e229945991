"""Real captions: files in the format of COCO, and the split files of Karpathy & Fei-Fei for Flickr8k, Flickr30k, COCO.

Files that people made have gaps. Whatever cannot be used is named, with the file and the entry, and nothing is left
out in silence: either loading stops there, or, if asked, the rest is loaded and comes with a list of what is missing.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from helpers.arrays import check_choice

SPLITS = ("train", "restval", "val", "test")
"""Of Karpathy & Fei-Fei; "restval", in COCO only, is usually added to the training set."""
_BROKEN = object()  # in the place of an entry that cannot be read, so that the others keep their numbers


class Captioned(NamedTuple):
    """An image and what people said of it."""

    path: Path
    captions: list[list[str]]
    """Each a list of words, at least one."""


class Loaded(NamedTuple):
    """What was loaded, and what was not."""

    images: list[Captioned]
    """In the order of the file."""
    left_out: list[str]
    """For each entry that was left out: the file, the entry, and why. Empty unless ``skip=True``."""


def words_of(caption: str) -> list[str]:
    """Cut a caption into words: lower case, no punctuation.

    Parameters
    ----------
    caption : str

    Returns
    -------
    list of str
        Runs of letters and digits; an apostrophe between two of them belongs to the word.

    Examples
    --------
    >>> words_of("A man's T-shirt, 2 dogs.")
    ['a', "man's", 't', 'shirt', '2', 'dogs']
    """
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", caption.lower())


def load_coco(annotations_file: str | Path, images_folder: str | Path, skip: bool = False) -> Loaded:
    """Load captions in COCO's format.

    The file holds ``{"images": [{"id": 9, "file_name": "9.jpg"}, ...], "annotations": [{"image_id": 9, "caption":
    "A dog."}, ...]}``; other keys are not looked at. The images themselves are not opened here, but must exist.

    Parameters
    ----------
    annotations_file : path
        Such as ``captions_train2017.json``.
    images_folder : path
        Where the file names are looked up.
    skip : bool
        Leave out what cannot be used, and load the rest.

    Returns
    -------
    Loaded

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If an entry cannot be used and `skip` is False: broken JSON, a missing key, an id that two images have, an
        annotation of an unknown image, a caption without words, an image without captions or without its file. The
        message names the file and the first such entry. Also if nothing is left, or no such folder exists.
    """
    file, folder = _paths(annotations_file, images_folder)
    entries, problems = _read(file, {"images": ("id", "file_name"), "annotations": ("image_id", "caption")})
    where: dict[int | str, int] = {}
    captions: dict[int | str, list[list[str]]] = {}
    names: dict[int | str, str] = {}
    for i, image in entries["images"]:
        number = image["id"]
        if not isinstance(number, int | str) or not isinstance(image["file_name"], str):
            problems.append(f"images[{i}]: got {image!r:.120}, wanted an id and a file name")
        elif number in where:
            problems.append(f"images[{i}]: got id {number!r} again, which images[{where[number]}] has")
        else:
            where[number], names[number], captions[number] = i, image["file_name"], []
    for i, annotation in entries["annotations"]:
        number, words = annotation["image_id"], _words(annotation["caption"])
        if not isinstance(number, int | str) or number not in captions:
            problems.append(f"annotations[{i}]: got image_id {number!r}, wanted the id of one of {len(where)} images")
        elif not words:
            problems.append(f"annotations[{i}]: got caption {annotation['caption']!r}, wanted at least one word")
        else:
            captions[number].append(words)
    found = ((f"images[{where[number]}]", folder / names[number], said) for number, said in captions.items())
    return _finish(file, list(_existing(found, problems)), problems, skip)


def load_karpathy(
    split_file: str | Path, images_folder: str | Path, split: str = "train", skip: bool = False
) -> Loaded:
    """Load one part of a data set as Karpathy & Fei-Fei split it.

    The file, such as ``dataset_flickr8k.json``, holds ``{"images": [{"filename": "9.jpg", "split": "train",
    "sentences": [{"tokens": ["a", "dog"]}, ...]}, ...]}``; in that of COCO images have a folder, too, "filepath".

    Parameters
    ----------
    split_file : path
    images_folder : path
    split : {"train", "restval", "val", "test"}
    skip : bool
        Leave out what cannot be used, and load the rest.

    Returns
    -------
    Loaded

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        As for `load_coco`, or if there is no such split. Of a file of broken JSON nothing is loaded.

    References
    ----------
    Karpathy & Fei-Fei (2015), "Deep visual-semantic alignments for generating image descriptions", CVPR.
    """
    check_choice("split", split, SPLITS)
    file, folder = _paths(split_file, images_folder)
    entries, problems = _read(file, {"images": ("filename", "split", "sentences")}, flat=False)
    found = []
    for i, image in entries["images"]:
        if image["split"] != split:
            continue
        said = []
        for j, sentence in enumerate(image["sentences"] if isinstance(image["sentences"], list) else [None]):
            words = sentence.get("tokens") if isinstance(sentence, dict) else None
            if isinstance(words, list) and words and all(isinstance(word, str) for word in words):
                said.append(words)
            else:
                problems.append(f"images[{i}], sentences[{j}]: got {sentence!r:.80}, wanted tokens, a list of words")
        found.append((f"images[{i}]", folder / str(image.get("filepath", "")) / str(image["filename"]), said))
    return _finish(file, list(_existing(found, problems)), problems, skip)


def _paths(file: str | Path, folder: str | Path) -> tuple[Path, Path]:
    if not Path(folder).is_dir():
        raise ValueError(f"images_folder: got {str(folder)!r}, wanted a folder that exists")
    return Path(file), Path(folder)


def _words(caption: Any) -> list[str]:
    return words_of(caption) if isinstance(caption, str) else []


def _existing(found: Any, problems: list[str]) -> Iterator[Captioned]:
    """Those images that have a file and a caption."""
    for entry, path, captions in found:
        if not path.is_file():
            problems.append(f"{entry}: got {path.name!r}, no such file in {path.parent} ({len(captions)} captions)")
        elif not captions:
            problems.append(f"{entry}: got no captions for {path.name!r}, wanted at least one")
        else:
            yield Captioned(path, captions)


def _finish(file: Path, images: list[Captioned], problems: list[str], skip: bool) -> Loaded:
    left_out = [f"{file.name}: {problem}" for problem in problems]
    if left_out and not skip:
        more = f" (and {len(left_out) - 1} more)" * (len(left_out) > 1)
        raise ValueError(f"{left_out[0]}{more}; skip=True loads the rest and lists what it leaves out")
    if not images:
        raise ValueError(f"{file.name}: got no image with a caption, wanted at least one")
    return Loaded(images, left_out)


def _read(
    file: Path, wanted: dict[str, Sequence[str]], flat: bool = True
) -> tuple[dict[str, list[tuple[int, dict[str, Any]]]], list[str]]:
    """For each wanted list its usable entries, with their numbers, and the problems with the others."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file.name}: got a byte at {error.start} that is not UTF-8, wanted JSON") from error
    problems: list[str] = []
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        data = {key: _salvage(text, key, problems) for key in wanted if flat and _list_start(text, key)}
        if not problems:  # then what is broken stands between the entries, or around them
            problems.append(f"got broken JSON at {_place(error)}")
        if len(data) < len(wanted):
            raise ValueError(f"{file.name}: {problems[0]}") from error
    entries: dict[str, list[tuple[int, dict[str, Any]]]] = {key: [] for key in wanted}
    for key, names in wanted.items():
        if not isinstance(data, dict) or not isinstance(data.get(key), list):
            raise ValueError(f'{file.name}: got no list "{key}", wanted one')
        for i, entry in enumerate(data[key]):
            missing = [name for name in names if name not in entry] if isinstance(entry, dict) else names
            if entry is not _BROKEN and missing:
                problems.append(f"{key}[{i}]: got {entry!r:.80} without {', '.join(missing)}")
            elif entry is not _BROKEN:
                entries[key].append((i, entry))
    return entries, problems


def _list_start(text: str, key: str) -> int:
    """Where the list of this name begins, after its bracket; 0 if nowhere."""
    found = re.search(rf'"{key}"\s*:\s*\[', text)
    return found.end() if found else 0


def _place(error: json.JSONDecodeError) -> str:
    return f"line {error.lineno}, column {error.colno} ({error.msg})"


def _salvage(text: str, key: str, problems: list[str]) -> list[Any]:
    """Read a list of a broken file entry by entry, as far as the next list: no entry holds one itself."""
    at = _list_start(text, key)
    following = re.compile(r'"\w+"\s*:\s*\[').search(text, at)
    end = following.start() if following else len(text)
    entries: list[Any] = []
    while (at := text.find("{", at, end)) >= 0:
        try:
            entry, at = json.JSONDecoder().raw_decode(text, at)
        except json.JSONDecodeError as error:
            problems.append(f"{key}[{len(entries)}]: got broken JSON at {_place(error)}")
            entry, at = _BROKEN, at + 1
        entries.append(entry)
    return entries
