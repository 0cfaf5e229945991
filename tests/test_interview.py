"""The interview page: every topic that people are asked about, short answers folded, long ones linked, numbers held."""

import re

import numpy as np
import prose
import pytest
from committed import run

from helpers.activations import sigmoid
from helpers.counts import layer_parameters, rnn_parameters, window_parameters
from helpers.gates import lstm_step
from helpers.style import power_of_ten

TEXT, HOME = prose.page("interview"), prose.ROOT / "book" / "interview.md"
QUESTION = r"^\(q-([\w-]+)\)=\n### (.+?)\n(.*?)(?=^\(q-|^## |\Z)"
QUESTIONS = {name: (asked, rest) for name, asked, rest in re.findall(QUESTION, TEXT, re.MULTILINE | re.DOTALL)}
GROUPS = {
    title: re.findall(r"^\(q-([\w-]+)\)=$", rest, re.MULTILINE)
    for title, rest in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
}
# The lecture notes' topics, in our words, and the question that is about each. The first ten are their common ones.
COMMON = ["rnn", "for-and-against", "long-term", "which-problems", "types", "prediction", "language", "challenges",
          "action", "applications"]  # fmt: skip
NOTES = {
    "n-grams and dimensionality": "curse",
    "which loss": "loss",
    "an example of vanishing": "vanishing-example",
    "cures for vanishing": "vanishing-cures",
    "exploding and its technique": "exploding",
    "backpropagation through time": "bptt",
    "truncation by chunks": "truncated",
    "each step or the cumulated loss": "when-to-update",
    "the inner workings of a step": "how-it-works",
    "feed-forward beside recurrent": "feedforward",
    "the initial state": "first-state",
    "sizes independent of the length": "parameters",
    "glimpses and patches": "non-sequences",
    "characters fed back when testing": "writes",
    "how clipping cuts": "clip-how",
    "weights that seem not updated": "log",
    "ReLU against saturation": "relu",
    "Xavier, He, identity": "start",
    "LSTM and the jobs of its gates": "lstm",
    "a gate for each question": "gate-jobs",
    "cell and hidden state": "two-states",
    "a cell kept indefinitely": "indefinitely",
    "long-distance help by gates": "lstm-solves",
    "GRU": "gru",
    "choosing a cell": "lstm-or-gru",
    "what a layer gives back": "returns",
    "offline, online, both directions": "bidirectional",
    "size of both directions": "twice",
    "several layers, skips": "depth",
    "encoder and decoder": "encoder-decoder",
    "captions": "captioning",
    "attention": "attention",
    "simpler architectures to come": "state-space",
}


# -- what the page must have ----------------------------------------------------------------------------------
def test_there_are_enough_questions_and_the_common_ones_come_first():
    assert len(QUESTIONS) >= 60
    assert TEXT.count("\n### ") == len(QUESTIONS), "each has an anchor of its own"
    assert len({asked for asked, _ in QUESTIONS.values()}) == len(QUESTIONS)
    assert list(QUESTIONS)[:10] == GROUPS["The common ten"] == COMMON
    assert list(GROUPS) == ["The common ten", "First steps", "Training", "Gates", "Architectures", "Modern", "Hard"]
    assert all(len(names) >= 7 for names in GROUPS.values())


@pytest.mark.parametrize("topic", NOTES)
def test_the_topics_of_the_notes_are_asked(topic):
    assert NOTES[topic] in QUESTIONS


def test_no_topic_of_the_notes_stands_twice():
    assert len(set(NOTES.values())) == len(NOTES)
    assert not set(NOTES.values()) & set(COMMON)


FORM = re.compile(
    r"\n<details><summary>Short answer</summary>\n\n(?P<short>[^\n]+)\n\n</details>\n\n"
    r"\*(?P<level>Easy|Medium|Hard)\.\* Long answer: (?P<long>[^\n]+)\n\n?"
)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_a_short_answer_and_a_long_one(name):
    found = FORM.fullmatch(QUESTIONS[name][1])
    assert found, "folded short answer, difficulty, link"
    short = re.sub(r"\$[^$]*\$|`[^`]*`", "x", prose.plain(found["short"])).replace("et al.", "et al")
    sentences = len(re.findall(r"[.?!](?:[)\"*]|$| )+(?=[A-Z(\"]|$)", short))
    assert 2 <= sentences <= 4, f"{sentences} sentences"
    assert 30 <= len(short.split()) <= 88, f"{len(short.split())} words"
    targets = [target for _, target in prose.links(found["long"])]
    assert targets
    assert all(re.fullmatch(r"\.\./notebooks/0\d_\w+\.ipynb#[\w-]+", target) for target in targets), "a section"


def test_difficulty_rises():
    level = {name: FORM.fullmatch(rest)["level"] for name, (_, rest) in QUESTIONS.items()}
    share = [np.mean([level[name] == "Hard" for name in names]) for names in GROUPS.values()]
    assert share[0] == share[1] == 0
    assert min(share[-2:]) > max(share[:-2])


@pytest.mark.parametrize("target", sorted({target for _, target in prose.links(TEXT)}))
def test_links_lead_somewhere(target):
    assert prose.wrong(target, HOME) is None


def test_words_and_links_agree():
    """The words of a link are the chapter and the heading (or its first part) that it leads to."""
    for words, target in prose.links(TEXT):
        if not target.startswith("../notebooks/"):
            continue
        file, _, anchor = target.partition("#")
        chapter, _, heading = words.partition(", ") if words.startswith("chapter") else ("", "", words)
        assert not chapter or file.endswith(f"/0{chapter[-1]}_" + file.partition("_")[2])
        assert anchor.startswith(prose.make_id(heading)), words


# -- what it says: numbers that a chapter states or prints (its own tests hold them there) ------------------------
QUOTED = {
    "for-and-against": [
        (
            "gaps of 20 steps at most held a symbol over gaps of 50 to 100 at 1.000 right, where a window "
            "of ten got 0.358",
            "01_rnn_basics",
            "gaps of 1 to 20, as in training | 1.000 (1.000) | 0.572 (0.568) | 0.801 (0.800) |",
            "| gaps of 50 to 100, never trained | 1.000 (1.000) | 0.300 (0.279) | 0.358 (0.350) |",
        )
    ],
    "long-term": [
        (
            "a lag of 20 steps ($R^2$ = 0.996) that PyTorch's default start missed (0.000)",
            "03_gradients",
            "| $R^2$ at lag | 15 | 20 | 30 |",
            "| trained, PyTorch's default start | 0.998 (0.997) | 0.000 (−0.002) |",
            "| trained, orthogonal start | 0.998 (0.979) | 0.996 (0.994) |",
        )
    ],
    "when-to-update": [
        (
            "on a lag of ten it reached $R^2$ = 0.011",
            "02_bptt",
            "After each single step it is 0.011",
            "$R^2$ is 1 for a perfect answer",
        )
    ],
    "vanishing-example": [
        ("sixteen sentences pass", "03_gradients", "One network is trained on stories with 16 filler"),
        (
            "a network answers 0.12 of them, no better than one guess in eight",
            "03_gradients",
            "0.12 (worst 0.10) and 1.00 (worst 0.91)",
            "no better than chance (1 in 8)",
        ),
        ("1.00 of the same long ones", "03_gradients", "0.12 (worst 0.10) and 1.00 (worst 0.91)"),
    ],
    "vanishing-cures": [
        (
            "all symbols right after 300 updates, PyTorch's default 0.157 of them",
            "03_gradients",
            "| start | after 300 updates |",
            "| orthogonal | 1.000 (1.000) |",
            "| PyTorch's default | 0.157 (0.120) |",
        )
    ],
    "exploding": [
        (
            "the longest gradient is 745; at a rate of 0.5 the free step is 372 long, the clipped one 0.15",
            "03_gradients",
            "The longest gradient on the way down is 745, the learning rate 0.5",
            r"$0.5 \cdot 745 \approx 372$ against $0.5 \cdot 0.3 = 0.15$",
        )
    ],
    "clip-how": [
        (
            "for (100, 1) at threshold 1 the cosine between before and after is 1 and 0.714",
            "03_gradients",
            "threshold 1: cosine by norm 1.000, by value 0.714",
            "[100.0, 1.0]",
        )
    ],
    "log": [
        (
            "At spectral radius 0.5 the norm is 1.9 with 100 steps as with 20, "
            "and lags from 20 on are 1.2 × 10⁻⁷ of it",
            "03_gradients",
            "At spectral radius 0.5 the sequence grows from 10 to 100 steps",
            "it stays at 1.9",
            r"lags from 20 on contribute a share of $1.2 \cdot 10^{-7}$",
        )
    ],
    "relu": [
        (
            "at radius 1 and 100 steps the median gradient was 2 × 10⁻¹⁶, at radius 1.5 it was 4 × 10⁶",
            "03_gradients",
            "gradient 2e-16",
            "gradient 4e+06",
            '100, "relu"',
            "(1.0, 1.5)",
        )
    ],
    "start": [
        (
            "with 64 units their standard deviations are 0.125 and 0.177, and the radius comes out at 1.07 and 1.51",
            "03_gradients",
            "xavier     std 0.125, spectral radius 1.07",
            "he         std 0.177, spectral radius 1.51",
            "With 64 units",
        )
    ],
    "memory": [("0.93 MB where 26 MB were", "02_bptt", "With checkpoints it is 0.93 MB", "are [26 MB](")],
    "forget-bias": [
        (
            "half of the cell is gone after 1.0, 2.2, 14.3 and 103.2 steps at a bias of 0, 1, 3 and 5",
            "04_gates",
            "bias 0: keeps 0.5000 per step, half is gone after   1.0 steps",
            "bias 1: keeps 0.7311 per step, half is gone after   2.2 steps",
            "bias 3: keeps 0.9526 per step, half is gone after  14.3 steps",
            "bias 5: keeps 0.9933 per step, half is gone after 103.2 steps",
        ),
        (
            "a bias of 5 solved 0 of 5, because a cell that keeps all also keeps noise; with the input bias at "
            "−5 it was 5 of 5",
            "04_gates",
            "| 5 | 0 of 5 | more than 1,000 | 5 of 5 | 250 |",
            "set the *input* bias at −5",
        ),
    ],
    "indefinitely": [
        (
            "a gate at 0.99 keeps 37 % over a hundred steps, one at 0.999 keeps 90 %",
            "04_gates",
            "a gate at 0.99 keeps 37 % over a hundred steps, one at 0.999 keeps 90 %",
        )
    ],
    "lstm-or-gru": [
        ("(175 updates to 600)", "04_gates", "| adding, $T = 100$: updates until solved | 600 (950) | 175 ("),
        ("(0.431 to 0.486)", "04_gates", "bits per character | 0.486 (0.525) | 0.431 (0.445) |"),
        ("(84 to 57)", "04_gates", "after training up to 50 | 84 (56) | 57 (0) |"),
        (
            "in PyTorch at 64 units the GRU took 24 ms where the LSTM took 13",
            "04_gates",
            "the GRU is the slower of the two at 32 and at 64 units (24 ms against 13 at 64)",
        ),
    ],
    "output-last": [
        ("was still right in 0.991", "05_bidirectional", "| both halves at the last real word | | 0.991 (0.978) |")
    ],
    "padding": [
        (
            "was right in 0.492, a coin toss; with them in 1.000",
            "05_bidirectional",
            "| `hs[-1]` of the padded batch | 0.492 (0.480) |",
            "| each chain at its own end | 1.000 (0.993) |",
        )
    ],
    "depth": [
        (
            "found 2 to 4 enough in a translator's encoder and 4 in its decoder",
            "05_bidirectional",
            "found 2 to 4 layers enough in the encoder of a translator and 4 in its decoder",
        ),
        ("in 1 run of 5, residual ones in 5 of 5", "05_bidirectional", "| 8 | 1 of 5 | 5 of 5 | 5 of 5 |"),
    ],
    "twice": [
        (
            "two LSTM layers of 256 units on 100 inputs have 2.587 times",
            "05_bidirectional",
            "an LSTM of 256 units on 100 inputs",
            "which is 2.587 times",
        )
    ],
    "forcing": [
        (
            "In our numbers of eight digits 48 % were all right either way",
            "06_seq2seq",
            "300 numbers of eight digits",
            "of all numbers of eight digits 22 % are right (worst seed 13) instead of 48 %",
        ),
        ("made that 22 %", "06_seq2seq", "of all numbers of eight digits 22 % are right"),
    ],
    "attention": [
        (
            "On numbers of 12 digits one vector of 64 units was right in 2.5 %, with attention in 99.5 %",
            "06_seq2seq",
            "| one vector | 64 | 41,294 | 92.5 (91.5) | 49.0 (47.5) | 18.0 (16.0) | 2.5 (1.5) |",
            "| attention | 64 | 62,734 | 100.0 (100.0) | 100.0 (100.0) | 99.5 (99.0) | 99.5 (98.5) |",
            "| 12 digits |",
        )
    ],
    "beam": [
        (
            "From width 5 to 10 our model gained nothing (42.8 % and 42.8 %), though the right answer was in the wider "
            "beam in 71.5 % of cases",
            "06_seq2seq",
            "| 5 | 42.8 % (41.8) | −0.237 | 62.8 % |",
            "| 10 | 42.8 % (41.8) | −0.237 | 71.5 % |",
        )
    ],
    "captioning": [
        (
            "once was right in 24.5 % and attention in 87.4 %",
            "07_captioning",
            "| Show and Tell | a new pair | 24.5 % (20.6)",
            "| soft attention | a new pair | 87.4 % (82.8)",
        )
    ],
    "bleu": [
        ("A captioner has a BLEU-1 of 93.9", "07_captioning", "a BLEU-1 of 93.9"),
        ("gave true captions in 24.5 % of the cases", "07_captioning", "**24.5 % of its captions are true**"),
    ],
    "maps": [
        (
            "left 85.0 % of its captions true, so its maps explained little there; the median one kept 44.9 %",
            "07_captioning",
            "| all places alike before sizes only | 44.9 % | 85.0 % |",
        )
    ],
    "rtrl": [
        (
            "2,244,608 numbers kept at 128 units, where BPTT keeps 12,928 for 100 steps",
            "02_bptt",
            "128 units: keeps 2,244,608 numbers, BPTT 12,928;",
            "(BPTT's numbers are for 100 steps",
        )
    ],
    "reset": [("our two placements differed by up to 1.48", "04_gates", "largest difference between the two: 1.48")],
    "counting": [
        (
            "Trained on $a^n b^n$ up to 50, the LSTM got to $n$ = 84, a GRU of as many parameters to 57",
            "04_gates",
            "after training up to 50 | 84 (56) | 57 (0) |",
        )
    ],
    "product": [
        (
            "one layer learned it in 0 runs of 5, two layers in 5",
            "05_bidirectional",
            "| 1 | 0 of 5 | | |",
            "| 2 | 5 of 5 | 5 of 5 | |",
        )
    ],
    "today": [
        (
            "on 171,000 letters of Moby-Dick our network lost to an n-gram",
            "02_bptt",
            "| *Moby-Dick*, 171,000 | 2.596 (2.606) | **2.528** | unknown |",
        )
    ],
}


def numbers(text):
    """The numbers in it; powers of ten in the notation of text, code and formulas alike."""
    powers = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    text = re.sub(r" × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda n: f"e{int(n[1].translate(powers))}", text)
    text = re.sub(r" \\cdot 10\^\{?(-?\d+)\}?", r"e\1", re.sub(r"\$R\^2\$|BLEU-\d", "", text).replace("−", "-"))
    return {float(n.replace(",", "")) for n in re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?", text)}


@pytest.mark.parametrize("name", QUOTED)
def test_numbers_that_a_chapter_states(name):
    for sentence, chapter, *snippets in QUOTED[name]:
        assert sentence in prose.plain(" ".join(QUESTIONS[name]))
        for snippet in snippets:
            assert snippet in prose.source(chapter) + prose.printed(chapter), snippet
        assert numbers(sentence) <= numbers(" ".join(snippets)) | {1}, "each number of the sentence is in a snippet"


# -- numbers that are computed here --------------------------------------------------------------------------------
def power(b, k):
    return power_of_ten(sigmoid(np.array(float(b))) ** k)


def kept(a, K, T=100):
    """Shares of the gradient of a stream that a window and chunks keep: mean reach of a loss over that of the whole."""

    def reach(n):
        return (1 - a**n) / (1 - a)

    return reach(K) / reach(T), np.mean([reach(n) for n in range(1, K + 1)]) / reach(T)


def parity_is_a_sign():
    bits = np.random.default_rng(0).integers(0, 2, 10_000)
    states = np.cumprod(1 - 2 * bits)
    assert ((states < 0) == (np.cumsum(bits) % 2 == 1)).all()
    h = np.cumprod(np.where(bits == 1, 0.5, 0.9))  # positive factors: no sign, and soon no state
    assert h.min() == 0
    assert h.max() <= 1


def noise(how, activation="tanh"):
    target = f"../notebooks/03_gradients.ipynb#kinds?kind=orthogonal&eigenvalue=1.5&noise={how}&activation={activation}"
    reading = prose.figure(target, HOME).layout.meta["reading"]
    return re.search(r": (.+?) of the gradient", reading)[1]


def computed():
    window, chunks = kept(0.95, 20)
    shear = np.linalg.norm(np.linalg.matrix_power([[0.9, 5], [0, 0.9]], 9), ord=2)
    slope = [1 / (1 - a) ** 2 for a in (0.9, 0.99)]
    step = 1e-6
    assert [(1 / (1 - a - step) - 1 / (1 - a + step)) / (2 * step) for a in (0.9, 0.99)] == pytest.approx(
        slope, rel=1e-3
    )
    h, c = lstm_step(
        np.ones((1, 3)), *np.zeros((2, 1, 512)), np.zeros((2048, 3)), np.zeros((2048, 512)), np.zeros(2048)
    )
    assert run("01_window")["seeds"] == [0, 1, 2, 3, 4]
    parity_is_a_sign()
    return {
        "challenges": [f"{3201 * 16 * 64 * 8 / 1e6:.0f} MB for 3,200 steps of 16 sequences and 64 units"],
        "parameters": [
            f"27 letters and 128 units make {rnn_parameters(27, 128, 27):,}",
            f"a window of 20 letters has {window_parameters(27, 21, 128):,} and grows",
        ],
        "perplexity": [f"nothing of 32 symbols has perplexity 32, that is {np.log2(32):.0f} bits"],
        "curse": [f"{27**5:,} of five letters"],
        "truncated": [
            f"a memory of 0.95 per step, $K$ = 20 keeps {window:.0%} of the gradient by a window and "
            f"{chunks:.0%} by chunks".replace("%", " %")
        ],
        "vanishing-why": [f"0.9 sixty times is {0.9**60:.4f}, 1.1 sixty times is {1.1**60:.0f}"],
        "lstm-solves": [
            f"{power(0, 99)} after 99; at 1 it is {power(1, 99)}, at 3 it is "
            f"{sigmoid(np.array(3.0)) ** 99:.4f}, at 5 it is {sigmoid(np.array(5.0)) ** 99:.2f}"
        ],
        "gru": [
            f"at 64 inputs and 64 units {layer_parameters('gru', 64, 64):,} parameters to "
            f"{layer_parameters('lstm', 64, 64):,}",
            "It has three blocks of rows where the LSTM has four",
        ],
        "lstm-parameters": [
            f"With 100 inputs and 256 units, as PyTorch counts, {4 * 256 * (100 + 256 + 2):,}",
            "$4H(D + H + 1)$",
            "$4H(D + H + 2)$",
        ],
        "transformer": [
            f"An LSTM of 512 units carries {h.size + c.size:,} numbers",
            f"keys and values of 10,000 positions, {2 * 512 * 10_000:,} numbers",
        ],
        "scan": [f"{np.log2(1024):.0f} for 1,024"],
        "enough": [f"that is {slope[0]:.0f} at 0.9 and {slope[1]:,.0f} at 0.99"],
        "non-normal": [
            "All eigenvalues are 0.9",
            f"[[0.9, 5], [0, 0.9]] stretches a gradient {shear:.1f} times over 9 steps",
        ],
        "saturation": [
            "1.5 times orthogonal",
            f"Over 100 steps the linear network gives {noise(1, 'none%20(linear)')}; with tanh and input noise "
            f"of 0.1 it is {noise(0.1)}, with noise of 1 it is {noise(1)}",
        ],
        "rtrl": ["$H^3$ numbers and $H^4$ operations per step"],
    }


COMPUTED = computed()


@pytest.mark.parametrize("name", COMPUTED)
def test_numbers_that_are_computed(name):
    for sentence in COMPUTED[name]:
        assert sentence in prose.plain(" ".join(QUESTIONS[name]))


def test_no_other_numbers_stand_on_the_page():
    names = ["S4", "64-bit floats", "The cell of 1997"]
    held = names + [sentence for rows in QUOTED.values() for sentence, *_ in rows]
    held += [sentence for sentences in COMPUTED.values() for sentence in sentences]
    assert prose.unheld(TEXT, held) == []
