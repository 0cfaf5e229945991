"""Caption files made here, good and broken: what is loaded, and that nothing is left out in silence."""

import json
import struct
import zlib

import pytest

from helpers.captioning import coco
from helpers.captioning.coco import Captioned, load_coco, load_karpathy, words_of

IMAGES = [{"id": 9, "file_name": "nine.png"}, {"id": 4, "file_name": "four.png"}, {"id": 7, "file_name": "sub/7.png"}]
ANNOTATIONS = [
    {"image_id": 4, "id": 1, "caption": "A man's dog, running."},
    {"image_id": 9, "id": 2, "caption": "Two cats\n on a SOFA "},
    {"image_id": 4, "id": 3, "caption": "the dog (brown) runs!"},
    {"image_id": 7, "id": 4, "caption": "Ein Käfer."},
]
FOUR = [["a", "man's", "dog", "running"], ["the", "dog", "brown", "runs"]]
NINE, SEVEN = [["two", "cats", "on", "a", "sofa"]], [["ein", "käfer"]]


def write_png(path, side=8):
    """The smallest grey image that any program opens."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"".join(b"\0" + bytes(range(side)) for _ in range(side)))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


@pytest.fixture
def folder(tmp_path):
    """Three images and a function that writes an annotations file beside them."""
    for image in IMAGES:
        write_png(tmp_path / image["file_name"])
    return tmp_path


def write(folder, text):
    path = folder / "captions.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text, indent=1), encoding="utf-8")
    return path


def whole(images=IMAGES, annotations=ANNOTATIONS):
    """As COCO has them: with other keys before, between and after, whose entries look alike."""
    licenses = [{"id": 9, "url": "here", "name": "CC"}]
    return {"info": {"year": 2026}, "images": images, "licenses": licenses, "annotations": annotations, "type": "x"}


def test_a_whole_file(folder):
    found = load_coco(write(folder, whole()), folder)
    assert found.left_out == []
    assert found.images == [
        Captioned(folder / "nine.png", NINE),
        Captioned(folder / "four.png", FOUR),
        Captioned(folder / "sub/7.png", SEVEN),
    ]
    assert load_coco(str(write(folder, whole())), str(folder), skip=True) == found
    marked = folder / "marked.json"
    marked.write_text(json.dumps(whole()), encoding="utf-8-sig")  # as some editors save it
    assert load_coco(marked, folder) == found


ENTRIES = [
    # (how the file is changed, the message about it, the captions left of images nine, four, seven)
    (
        lambda images, annotations: annotations.append({"image_id": 5, "caption": "A ghost."}),
        r"annotations\[4\]: got image_id 5, wanted the id of one of 3 images",
        (NINE, FOUR, SEVEN),
    ),
    (
        lambda images, annotations: annotations[2].pop("caption"),
        r"annotations\[2\]: got .'image_id': 4, 'id': 3. without caption",
        (NINE, FOUR[:1], SEVEN),
    ),
    (
        lambda images, annotations: annotations[2].update(caption=" ... "),
        r"annotations\[2\]: got caption ' ... ', wanted at least one word",
        (NINE, FOUR[:1], SEVEN),
    ),
    (
        lambda images, annotations: annotations[2].update(caption=None),
        r"annotations\[2\]: got caption None, wanted at least one word",
        (NINE, FOUR[:1], SEVEN),
    ),
    (
        lambda images, annotations: annotations[2].update(image_id=[4]),
        r"annotations\[2\]: got image_id \[4\], wanted the id of one of 3 images",
        (NINE, FOUR[:1], SEVEN),
    ),
    (
        lambda images, annotations: annotations.insert(0, "A dog."),
        r"annotations\[0\]: got 'A dog.' without image_id, caption",
        (NINE, FOUR, SEVEN),
    ),
    (
        lambda images, annotations: annotations.pop(),
        r"images\[2\]: got no captions for '7.png', wanted at least one",
        (NINE, FOUR),
    ),
    (
        lambda images, annotations: images.append({"id": 4, "file_name": "nine.png"}),
        r"images\[3\]: got id 4 again, which images\[1\] has",
        (NINE, FOUR, SEVEN),
    ),
    (
        lambda images, annotations: images.append({"id": 5, "file_name": 5}),
        r"images\[3\]: got .*, wanted an id and a file name",
        (NINE, FOUR, SEVEN),
    ),
    (
        lambda images, annotations: images[1].update(file_name="gone.png"),
        r"images\[1\]: got 'gone.png', no such file in .* \(2 captions\)",
        (NINE, SEVEN),
    ),
]


@pytest.mark.parametrize(("change", "message", "left"), ENTRIES, ids=[message for _, message, _ in ENTRIES])
def test_an_entry_that_cannot_be_used(folder, change, message, left):
    data = json.loads(json.dumps(whole()))
    change(data["images"], data["annotations"])
    file = write(folder, data)
    with pytest.raises(ValueError, match=rf"^captions.json: {message}.*; skip=True loads the rest"):
        load_coco(file, folder)
    found = load_coco(file, folder, skip=True)
    assert [captions for _, captions in found.images] == list(left)
    assert len(found.left_out) == 1
    assert found.left_out[0].startswith("captions.json: ")


def test_an_image_without_an_id_takes_its_captions_with_it(folder):
    images = [{"file_name": "nine.png"}, *IMAGES[1:]]
    file = write(folder, whole(images))
    message = r"^captions.json: images\[0\]: got .'file_name': 'nine.png'. without id \(and 1 more\)"
    with pytest.raises(ValueError, match=message):
        load_coco(file, folder)
    found = load_coco(file, folder, skip=True)
    assert [path.name for path, _ in found.images] == ["four.png", "7.png"]
    assert "annotations[1]: got image_id 9" in found.left_out[1]


BROKEN = [
    # (what is torn out of the text, what takes its place, the message, what is left)
    (
        '"caption": "the dog',
        '"caption: "the dog',
        r"annotations\[2\]: got broken JSON at line \d+",
        (NINE, FOUR[:1], SEVEN),
    ),
    (
        '"image_id": 4,\n   "id": 3',
        '"image_id": 4\n   "id": 3',
        r"annotations\[2\]: got broken JSON at line 39, column 4 \(",
        (NINE, FOUR[:1], SEVEN),
    ),
    ('"caption": "Ein K', '"caption: "Ein K', r"annotations\[3\]: got broken JSON", (NINE, FOUR)),
    ('"id": 7,', '"id": ,', r"images\[2\]: got broken JSON", (NINE, FOUR)),
    ('"type": "x"', '"type": ', r"got broken JSON at line 49, column 1 \(", (NINE, FOUR, SEVEN)),
    ('\n ],\n "type": "x"\n}', "", r"got broken JSON at line 46, column 4 \(", (NINE, FOUR, SEVEN)),
]


@pytest.mark.parametrize(("old", "new", "message", "left"), BROKEN, ids=[new for _, new, _, _ in BROKEN])
def test_broken_json_names_its_place_and_the_other_entries_can_be_loaded(folder, old, new, message, left):
    text = json.dumps(whole(), indent=1)
    assert text.count(old) == 1
    file = write(folder, text.replace(old, new))
    with pytest.raises(ValueError, match=f"^captions.json: {message}"):
        load_coco(file, folder)
    found = load_coco(file, folder, skip=True)
    assert [captions for _, captions in found.images] == list(left)
    assert found.left_out[0].startswith("captions.json: ")


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (r"captions.json: got broken JSON at line 1, column 1 \(Expecting value\)", ""),
        (r"captions.json: got broken JSON at line 1, column 1", "A dog runs."),
        (r"captions.json: got broken JSON at line 2", '{"images": [{"id": 1, "file_name": "four.png"}],\n'),
        ('captions.json: got no list "images", wanted one', "[]"),
        ('captions.json: got no list "annotations", wanted one', {"images": IMAGES}),
        ('captions.json: got no list "images", wanted one', {"images": {}, "annotations": []}),
        ("captions.json: got no image with a caption", {"images": [], "annotations": []}),
    ],
)
def test_nothing_to_load(folder, message, text):
    for skip in (False, True):
        with pytest.raises(ValueError, match=f"^{message}"):
            load_coco(write(folder, text), folder, skip)


def test_wrong_paths_and_bytes(folder):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.json"):
        load_coco(folder / "nowhere.json", folder)
    with pytest.raises(ValueError, match=r"^images_folder: got .*nowhere', wanted a folder that exists"):
        load_coco(write(folder, whole()), folder / "nowhere")
    with pytest.raises(ValueError, match=r"^nine.png: got a byte at 0 that is not UTF-8"):
        load_coco(folder / "nine.png", folder)


# -- Split files ------------------------------------------------------------------------------------------
def karpathy():
    def image(name, split, *captions, **more):
        return {
            "filename": name,
            "split": split,
            "sentences": [{"tokens": c.split(), "raw": c} for c in captions],
            **more,
        }

    return {
        "dataset": "tiny",
        "images": [
            image("nine.png", "train", "two cats on a sofa"),
            image("four.png", "test", "a dog"),
            image("7.png", "train", "a bug", "a beetle", filepath="sub"),
        ],
    }


def test_a_split_file(folder):
    file = write(folder, karpathy())
    found = load_karpathy(file, folder)
    assert found.images == [
        Captioned(folder / "nine.png", NINE),
        Captioned(folder / "sub/7.png", [["a", "bug"], ["a", "beetle"]]),
    ]
    assert found.left_out == []
    assert [path.name for path, _ in load_karpathy(file, folder, "test").images] == ["four.png"]


SPLIT_ENTRIES = [
    (lambda images: images[0].pop("sentences"), r"images\[0\]: got .* without sentences", ["7.png"]),
    (lambda images: images[2].update(filename="8.png"), r"images\[2\]: got '8.png', no such file", ["nine.png"]),
    (lambda images: images[0].update(sentences=[]), r"images\[0\]: got no captions for 'nine.png'", ["7.png"]),
    (
        lambda images: images[2]["sentences"][1].pop("tokens"),
        r"images\[2\], sentences\[1\]: got .'raw': 'a beetle'., wanted tokens, a list of words",
        ["nine.png", "7.png"],
    ),
    (
        lambda images: images[2]["sentences"][1].update(tokens=[]),
        r"images\[2\], sentences\[1\]: got ",
        ["nine.png", "7.png"],
    ),
    (
        lambda images: images[2]["sentences"].append({"tokens": "a bug"}),
        r"images\[2\], sentences\[2\]: got .'tokens': 'a bug'., wanted tokens",
        ["nine.png", "7.png"],
    ),
]


@pytest.mark.parametrize(("change", "message", "left"), SPLIT_ENTRIES, ids=[message for _, message, _ in SPLIT_ENTRIES])
def test_an_entry_of_a_split_file_that_cannot_be_used(folder, change, message, left):
    data = karpathy()
    change(data["images"])
    file = write(folder, data)
    with pytest.raises(ValueError, match=f"^captions.json: {message}"):
        load_karpathy(file, folder)
    found = load_karpathy(file, folder, skip=True)
    assert [path.name for path, _ in found.images] == left
    assert len(found.left_out) == 1


def test_no_such_split_and_broken_split_files(folder):
    file = write(folder, karpathy())
    with pytest.raises(ValueError, match=r"^split: got 'dev', wanted one of 'train', 'restval', 'val', 'test'"):
        load_karpathy(file, folder, "dev")
    with pytest.raises(ValueError, match=r"^captions.json: got no image with a caption"):
        load_karpathy(file, folder, "val")
    with pytest.raises(ValueError, match=r"^captions.json: got broken JSON at line 1, column 1"):
        load_karpathy(write(folder, "nothing"), folder, skip=True)


# -- Words ------------------------------------------------------------------------------------------------
def check_words(module):
    assert module.words_of("A man's T-shirt, 2 dogs.") == ["a", "man's", "t", "shirt", "2", "dogs"]
    assert module.words_of("'Tis “quoted” — fish&chips_too; naïve") == [
        "tis",
        "quoted",
        "fish",
        "chips",
        "too",
        "naïve",
    ]
    assert module.words_of(" .,!? ") == []


def test_words():
    check_words(coco)
    assert words_of("dogs' toys don't’ ring") == ["dogs", "toys", "don't", "ring"]
