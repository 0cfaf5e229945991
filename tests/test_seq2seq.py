"""The translator in PyTorch against the book's own code in NumPy, its training, and its translations."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from helpers import seq2seq
from helpers.arrays import UNASKED
from helpers.attention import additive_attention
from helpers.decoding import beam_search, greedy_search
from helpers.gates import GRUWeights, gru_forward, gru_step
from helpers.layers import layer_forward
from helpers.output import cross_entropy, log_softmax
from helpers.phrases import (
    END,
    PAD,
    SOURCE_WORDS,
    START,
    TARGET_WORDS,
    Batch,
    batch_of,
    date_pair,
    number_pair,
    source_of,
)
from helpers.seq2seq import (
    alignment,
    attend,
    attention_arrays,
    decoder,
    decoder_step,
    encode,
    exact_match,
    gru_arrays,
    model,
    parameters,
    start_seq2seq,
    teacher_forced,
    train_seq2seq,
    training,
    translate,
    translating,
    weights,
)

KINDS = (True, False)
"""With attention, and without."""
WORDS = ["the", "third", "of", "may", "nineteen", "eighty", "four"]


def random_model(attention=True, H=7, E=5, seed=0):
    """An untrained model whose weights are about as large as trained ones, all of them distinct."""
    started = start_seq2seq(H, seed, attention, E)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in parameters(started):
            p.copy_(0.7 * torch.randn(p.shape, generator=generator))
    return started


def mixed_batch(B=5, seed=0):
    """Numbers of 1 to 9 digits: sources and targets of unequal lengths."""
    rng = np.random.default_rng(seed)
    batch = batch_of([number_pair(1 + 2 * b, rng) for b in range(B)])
    lengths = (batch.source != PAD).sum(axis=0)
    assert len(set(lengths)) > 2
    return batch


@pytest.fixture(scope="module")
def learned():
    """A model with attention, trained on dates, and what it is to be tested on."""
    rng, fresh = np.random.default_rng(0), np.random.default_rng(1000)
    trained = start_seq2seq(48, 0)
    losses = train_seq2seq(trained, date_pair, 200, rng)
    return trained, losses, [date_pair(fresh) for _ in range(100)]


def to_numpy(*tensors):
    return [None if t is None else t.detach().numpy() for t in tensors]


def numpy_scores(m, batch):
    """The whole translator without PyTorch: `layer_forward`, `additive_attention`, `gru_step`, one matrix product."""
    lengths = (batch.source != PAD).sum(axis=0)
    mask = batch.source != PAD
    words, symbols, W_y, b_y = to_numpy(
        m.source_embedding.weight, m.target_embedding.weight, m.output.weight, m.output.bias
    )
    hs, (h,), _ = layer_forward(gru_arrays(m.encoder), words[batch.source], lengths=lengths)
    cell, scores, all_weights = gru_arrays(m.decoder), [], []
    for fed in batch.target[:-1]:
        x, seen = symbols[fed], []
        if m.attention is not None:
            context, a, _ = additive_attention(h, hs, *attention_arrays(m), mask)
            x, seen = np.concatenate([x, context], axis=-1), [context]
            all_weights.append(a)
        h = gru_step(x, h, *cell)
        scores.append(np.concatenate([h, *seen], axis=-1) @ W_y.T + b_y)
    return np.stack(scores), np.stack(all_weights) if all_weights else None


# -- PyTorch against NumPy --------------------------------------------------------------------------------
def check_encode_against_numpy(module):
    """Every state of every sentence, each to its own end."""
    for kind in KINDS:
        m, batch = random_model(kind), mixed_batch()
        last, memory = module.encode(m, batch.source)
        words = m.source_embedding.weight.detach().numpy()
        for b, length in enumerate((batch.source != PAD).sum(axis=0)):
            hs, _ = gru_forward(words[batch.source[:length, b : b + 1]], np.zeros((1, 7)), *gru_arrays(m.encoder))
            np.testing.assert_allclose(last[b].detach(), hs[-1, 0], atol=1e-5)
            if kind:
                np.testing.assert_allclose(memory.values[:length, b].detach(), hs[:, 0], atol=1e-5)
                np.testing.assert_array_equal(memory.mask[:, b], np.arange(len(batch.source)) < length)
        assert (memory is None) is not kind


def check_attend_against_numpy(module):
    m, batch = random_model(), mixed_batch()
    _, memory = encode(m, batch.source)
    h = torch.tensor(np.random.default_rng(1).standard_normal((5, 7)), dtype=torch.float32)
    context, a = to_numpy(*module.attend(m, h, memory))
    wanted, b, _ = additive_attention(h.numpy(), *to_numpy(memory.values), *attention_arrays(m), batch.source != PAD)
    np.testing.assert_allclose(context, wanted, atol=1e-5)
    np.testing.assert_allclose(a, b, atol=1e-5)
    np.testing.assert_array_equal(a[batch.source == PAD], 0)


def check_decoder_step_against_numpy(module):
    for kind in KINDS:
        m, batch = random_model(kind), mixed_batch()
        h, memory = encode(m, batch.source)
        for t in range(3):
            scores, h, a = module.decoder_step(m, torch.tensor(batch.target[t]), h, memory)
            wanted, all_weights = numpy_scores(m, batch._replace(target=batch.target[: t + 2]))
            np.testing.assert_allclose(scores.detach(), wanted[t], atol=2e-5)
            if kind:
                np.testing.assert_allclose(a.detach(), all_weights[t], atol=1e-5)
            else:
                assert a is None


def check_start(module):
    """Sizes, and one seed, one model; biases and recurrent matrices as PyTorch makes them."""
    for kind in KINDS:
        H, E, VS, VT = 6, 4, len(SOURCE_WORDS), len(TARGET_WORDS)
        a, b, other = (module.start_seq2seq(H, seed, kind, E) for seed in (0, 0, 1))
        gru = 3 * (H * E + H * H + 2 * H)
        wanted = VS * E + gru + VT * E + gru + VT * H + VT
        if kind:
            wanted += 3 * H * H + VT * H + 2 * H * H + H
        assert sum(p.numel() for p in module.parameters(a)) == wanted
        for p, q, r in zip(*map(module.parameters, (a, b, other)), strict=True):
            assert torch.equal(p, q)
            assert not torch.equal(p, r)
        bound = H**-0.5
        assert all(p.abs().max() <= bound for p in a.encoder.parameters())


# -- Teacher forcing --------------------------------------------------------------------------------------
def check_teacher_forced_against_numpy(module):
    for kind in KINDS:
        m, batch = random_model(kind), mixed_batch()
        scores, a = module.teacher_forced(m, batch)
        wanted, b = numpy_scores(m, batch)
        assert scores.shape == (len(batch.target) - 1, 5, len(TARGET_WORDS))
        np.testing.assert_allclose(scores.detach(), wanted, atol=5e-5)
        if kind:
            np.testing.assert_allclose(a.detach(), b, atol=1e-5)
        else:
            assert a is None


def check_scheduled_sampling(module):
    """At 1 the decoder is fed all it would write; at .3 about so many of the places where it would have erred."""
    for kind in KINDS:
        m, batch = random_model(kind), mixed_batch()
        rng = np.random.default_rng(0)
        scores, _ = module.teacher_forced(m, batch, 1.0, rng)
        written = scores.argmax(-1).numpy()
        fed = np.concatenate([batch.target[:1], written])
        wanted, _ = numpy_scores(m, batch._replace(target=fed))
        np.testing.assert_allclose(scores.detach(), wanted, atol=5e-5)
        right, _ = module.teacher_forced(m, batch)
        assert not torch.allclose(scores, right)
        assert torch.equal(scores[0], right[0]), "START is fed in any case"
    many = batch_of([number_pair(1, rng)] * 4000)
    m = random_model()
    scores, _ = module.teacher_forced(m, many, 0.3, np.random.default_rng(0))
    right, _ = module.teacher_forced(m, many)
    share = float((scores[1] - right[1]).abs().amax(-1).gt(1e-6).double().mean())
    assert abs(share - 0.3) < 5 * np.sqrt(0.3 * 0.7 / 4000), "each sentence has a draw of its own"


def check_first_loss_by_hand(module):
    """Mean over the asked symbols alone, END among them, before the first update."""
    draw = lambda rng: number_pair(int(rng.integers(1, 10)), rng)
    for kind in KINDS:
        m = random_model(kind)
        rng = np.random.default_rng(3)
        batch = batch_of([draw(rng) for _ in range(16)])
        scores, _ = numpy_scores(m, batch)
        wanted = batch.target[1:].copy()
        wanted[wanted == PAD] = UNASKED
        losses = module.train_seq2seq(m, draw, 1, np.random.default_rng(3), size=16)
        assert losses == pytest.approx([cross_entropy(scores, wanted)[0]], abs=1e-5)


def check_training_against_torch(module):
    """Three updates as PyTorch's own loop makes them."""
    norms = []
    for kind, reverse in ((True, False), (False, True)):
        mine, theirs = (random_model(kind, seed=4) for _ in range(2))
        losses = module.train_seq2seq(
            mine, date_pair, 12, np.random.default_rng(0), 0.01, 8, reverse, look=lambda done: done == 3
        )
        rng, ps = np.random.default_rng(0), parameters(theirs)
        optimiser = torch.optim.Adam(ps, lr=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.01, 12, pct_start=0.1)
        for i in range(3):
            batch = batch_of([date_pair(rng) for _ in range(8)], reverse)
            scores, _ = teacher_forced(theirs, batch)
            loss = -scores.log_softmax(-1).gather(2, torch.tensor(batch.target[1:, :, None])).mean()  # no padding here
            assert loss.item() == pytest.approx(losses[i], abs=1e-5)
            optimiser.zero_grad()
            loss.backward()
            norm = torch.sqrt(sum((p.grad**2).sum() for p in ps)).item()
            norms.append(norm)
            for p in ps:
                p.grad *= min(1.0, 1 / (norm + 1e-6))
            optimiser.step()
            schedule.step()
        for p, q in zip(parameters(mine), ps, strict=True):
            torch.testing.assert_close(p, q, atol=1e-5, rtol=0)
    assert min(norms) < 1 < max(norms), "some have to be clipped, some not"


# -- Translating ------------------------------------------------------------------------------------------
def check_decoder_is_teacher_forced_on_its_own_output(module):
    """What the search writes has the log-probability that teacher forcing gives it, with PAD and START ruled out."""
    for kind in KINDS:
        m, batch = random_model(kind), mixed_batch()
        step, state = module.decoder(m, batch.source)
        found = [(b, h) for b, one in enumerate(beam_search(step, state, 5, START, END, 3, 6)) for h in one]
        found += list(enumerate(greedy_search(step, state, 5, START, END, 6)))
        for b, hypothesis in found:
            written = np.array([START, *hypothesis.symbols])[:, None]
            length = (batch.source[:, b] != PAD).sum()
            scores, _ = numpy_scores(m, Batch(batch.source[:length, b : b + 1], written))
            scores = scores[:, 0].astype(np.float64)
            scores[:, [PAD, START]] = -1e9
            logs = log_softmax(scores)[np.arange(len(scores)), written[1:, 0]]
            assert hypothesis.log_probability == pytest.approx(logs.sum(), abs=1e-4)
            assert not {PAD, START} & set(hypothesis.symbols)


def check_translations(module):
    """Symbols without END, each sentence as if it were alone, and the best of a beam by its mean log-probability."""
    for kind in KINDS:
        m, lengths = random_model(kind, seed=9 + (not kind)), set()
        sentences = [number_pair(n, np.random.default_rng(n))[0] for n in (2, 9, 5)]
        for reverse in (False, True):
            for width in (1, 3):
                out = module.translate(m, sentences, width, reverse, limit=7)
                for b, words in enumerate(sentences):
                    assert module.translate(m, [words], width, reverse, limit=7) == [out[b]]
                    step, state = decoder(m, source_of([words[::-1] if reverse else words]))
                    search = beam_search(step, state, 1, START, END, width, 7)[0]
                    assert out[b] == [TARGET_WORDS[i] for i in search[0].symbols if i != END]
                    assert set(out[b]) <= set("0123456789-")
                lengths |= {len(symbols) for symbols in out}
        assert {2, 7} <= lengths, "some have ended, some have been cut off"


def check_exact_match_by_hand(module):
    m = random_model(seed=9)
    sentences = [number_pair(n, np.random.default_rng(n))[0] for n in (2, 9, 5, 1)]
    for options in ({}, {"width": 3, "limit": 5}, {"reverse": True}):
        out = translate(m, sentences, **options)
        for wrong in range(5):
            wanted = [symbols if b >= wrong else [*symbols, "9"] for b, symbols in enumerate(out)]
            pairs = list(zip(sentences, wanted, strict=True))
            assert module.exact_match(m, pairs, **options) == (4 - wrong) / 4


def check_alignment(module):
    """Row t is what the decoder looked at while it wrote symbol t."""
    m = random_model(seed=1)
    source = source_of([WORDS])
    own, symbols = module.alignment(m, WORDS, limit=6)
    assert own.shape == (len(symbols), len(WORDS) + 1)
    np.testing.assert_allclose(own.sum(axis=1), 1, atol=1e-6)
    assert [s for s in symbols if s != "<END>"] == translate(m, [WORDS], limit=6)[0]
    given, named = module.alignment(m, WORDS, list("1984"))
    assert named == [*"1984", "<END>"]
    fed = np.array([[START, *(TARGET_WORDS.index(s) for s in named)]]).T
    np.testing.assert_allclose(given, numpy_scores(m, Batch(source, fed))[1][..., 0], atol=1e-5)
    np.testing.assert_array_equal(module.alignment(m, WORDS, named)[0], given)
    again, same = module.alignment(m, WORDS, symbols)
    assert same == (symbols if symbols[-1] == "<END>" else [*symbols, "<END>"])
    np.testing.assert_allclose(again[: len(own)], own, atol=1e-6)


# -- Weights ----------------------------------------------------------------------------------------------
def check_arrays(module):
    """Of a GRU and of its cell, run again in NumPy; copies."""
    rng = np.random.default_rng(0)
    layer, cell = torch.nn.GRU(5, 7), torch.nn.GRUCell(5, 7)
    x, h = rng.standard_normal((4, 3, 5)).astype(np.float32), rng.standard_normal((3, 7)).astype(np.float32)
    arrays = module.gru_arrays(layer)
    assert isinstance(arrays, GRUWeights)
    assert arrays.W_x.dtype == np.float32
    wanted = layer(torch.tensor(x), torch.tensor(h)[None])[0].detach()
    np.testing.assert_allclose(gru_forward(x, h, *arrays)[0], wanted, atol=1e-5)
    wanted = cell(torch.tensor(x[0]), torch.tensor(h)).detach()
    np.testing.assert_allclose(gru_step(x[0], h, *module.gru_arrays(cell)), wanted, atol=1e-5)
    arrays.W_x[:] = 0
    assert layer.weight_ih_l0.abs().min() > 0
    m = random_model()
    W_q, W_k, v = module.attention_arrays(m)
    for mine, name in ((W_q, "query"), (W_k, "key"), (v[None], "score")):
        np.testing.assert_array_equal(mine, m.attention[name].weight.detach())


CHECKS = {
    model: [check_encode_against_numpy, check_attend_against_numpy, check_decoder_step_against_numpy, check_start],
    training: [
        check_teacher_forced_against_numpy,
        check_scheduled_sampling,
        check_first_loss_by_hand,
        check_training_against_torch,
    ],
    translating: [
        check_decoder_is_teacher_forced_on_its_own_output,
        check_translations,
        check_exact_match_by_hand,
        check_alignment,
    ],
    weights: [check_arrays],
}


@pytest.mark.parametrize(
    ("module", "check"),
    [(module, check) for module, checks in CHECKS.items() for check in checks],
    ids=lambda value: getattr(value, "__name__", "").removeprefix("helpers."),
)
def test_seq2seq(module, check):
    check(module)


# -- A trained model --------------------------------------------------------------------------------------
def test_a_short_run_learns_dates(learned):
    trained, losses, pairs = learned
    assert losses[0] == pytest.approx(np.log(len(TARGET_WORDS)), abs=0.5)
    assert losses[-1] < 0.1
    assert exact_match(trained, pairs) > 0.9
    assert translate(trained, [WORDS, WORDS]) == [list("1984-05-03")] * 2


def test_the_trained_translator_runs_in_numpy(learned):
    """The book's own GRU and attention write what PyTorch's write."""
    trained, _, pairs = learned
    batch = batch_of(pairs[:20])
    with torch.no_grad():
        (theirs, a), (mine, b) = teacher_forced(trained, batch), numpy_scores(trained, batch)
    np.testing.assert_allclose(mine, theirs, atol=1e-4)  # scores of up to 20, in float32
    np.testing.assert_allclose(b, a, atol=1e-5)
    np.testing.assert_array_equal(mine.argmax(-1), theirs.argmax(-1))
    x = trained.source_embedding.weight.detach().numpy()[source_of([WORDS])]
    hs, _ = gru_forward(x, np.zeros((1, 48), np.float32), *gru_arrays(trained.encoder))
    _, memory = encode(trained, source_of([WORDS]))
    np.testing.assert_allclose(hs, memory.values.detach(), atol=1e-5)


def test_the_trained_decoder_looks_at_the_month_while_it_writes_the_month(learned):
    trained, _, _ = learned
    a, symbols = alignment(trained, WORDS)
    assert "".join(symbols) == "1984-05-03<END>"
    year, month, day = a[:4].sum(0), a[5:7].sum(0), a[8:10].sum(0)
    columns = {word: s for s, word in enumerate(WORDS)}
    later = [columns[word] for word in ("nineteen", "eighty", "four")] + [len(WORDS)]  # a state has read all before it
    assert year[later].sum() > 0.9 * year.sum()
    assert month[columns["may"] :].sum() > 0.9 * month.sum()
    assert day[: columns["may"]].sum() > day[later].sum()


def test_a_run_is_fixed_by_its_seeds(learned):
    """And draws nothing from PyTorch's own generator, nor sets it."""
    torch.manual_seed(123)
    before = torch.get_rng_state()
    runs = []
    for seed in (0, 0, 1):
        m = start_seq2seq(8, seed)
        runs.append((m, train_seq2seq(m, date_pair, 4, np.random.default_rng(seed), size=8, own=0.8)))
        torch.rand(1)
        torch.set_rng_state(before)
    (a, first), (b, second), (_, other) = runs
    np.testing.assert_array_equal(first, second)
    assert all(torch.equal(p, q) for p, q in zip(parameters(a), parameters(b), strict=True))
    assert (first != other).all()
    start_seq2seq(8, 0)
    train_seq2seq(a, date_pair, 2, np.random.default_rng(0), size=4, own=0.8)
    assert torch.equal(torch.get_rng_state(), before)


# -- What a caller may rely on ----------------------------------------------------------------------------
@pytest.mark.parametrize("attention", KINDS)
def test_padding_changes_nothing(attention):
    """A sentence alone, and beside longer ones."""
    m = random_model(attention)
    rng = np.random.default_rng(0)
    short, others = number_pair(2, rng), [number_pair(12, rng) for _ in range(3)]
    alone, beside = batch_of([short]), batch_of([others[0], short, *others[1:]])
    S, T = len(alone.source), len(alone.target) - 1
    assert len(beside.source) > S + 3
    with torch.no_grad():
        (wanted, a), (got, b) = teacher_forced(m, alone), teacher_forced(m, beside)
    torch.testing.assert_close(got[:T, 1], wanted[:, 0], atol=1e-5, rtol=0)
    if attention:
        torch.testing.assert_close(b[:T, :S, 1], a[:, :, 0], atol=1e-6, rtol=0)
        assert not b[:, S:, 1].any()


def test_without_attention_the_last_state_is_all_the_decoder_knows():
    """The step of one sentence, started from the last state of another, writes what the other's step writes."""
    other = ["two", "hundred", "million"]
    for kind in KINDS:
        m = random_model(kind)
        (step, _), (its_own, state) = decoder(m, source_of([WORDS])), decoder(m, source_of([other]))
        written, wanted = (greedy_search(s, state, 1, START, END, 6)[0] for s in (step, its_own))
        assert (written.log_probability == wanted.log_probability) is not kind


def test_losses_reach_the_encoder():
    for kind in KINDS:
        m = random_model(kind)
        scores, _ = teacher_forced(m, mixed_batch())
        scores.square().mean().backward()
        for p in m.encoder.parameters():
            assert p.grad.abs().max() > 0
        assert not m.source_embedding.weight.grad[PAD].any()


def test_look_sees_every_update_and_can_end_the_run():
    seen = []
    look = lambda done: seen.append(done) or done == 3
    losses = train_seq2seq(start_seq2seq(4, 0), date_pair, 10, np.random.default_rng(0), size=4, look=look)
    assert seen == [1, 2, 3]
    assert losses.shape == (3,)


def test_the_package_names_what_the_chapter_uses():
    assert (seq2seq.PAD, seq2seq.START, seq2seq.END) == (0, 1, 2)
    for name in seq2seq.__all__:
        assert getattr(seq2seq, name) is not None
    assert {"additive_attention", "beam_search", "date_pair"} < set(seq2seq.__all__)


def test_the_package_imports_without_torch():
    """All but training and translating works where PyTorch is not installed."""
    code = "import sys; sys.modules['torch'] = None; from helpers.seq2seq import *; print(number_words(7))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "['seven']", done.stderr


def test_errors():
    with_, without = random_model(), random_model(False)
    rng, batch = np.random.default_rng(0), mixed_batch()
    h, memory = encode(with_, batch.source)
    symbols = torch.tensor(batch.target[0])
    hole = batch.source.copy()
    hole[0, 0] = PAD
    gap = batch.source.copy()
    gap[1, -1] = PAD
    longer = np.concatenate([batch.source, np.zeros((1, 5), int)])
    for message, call in {
        "H: got 0, wanted an integer of at least 1": lambda: start_seq2seq(0, 0),
        "H: got -1": lambda: start_seq2seq(-1, 0, attention=False),
        "E: got 0": lambda: start_seq2seq(4, 0, E=0),
        "source: got dtype float64, wanted integers": lambda: encode(with_, batch.source.astype(float)),
        r"source: got shape \(8,\), wanted \(S, B\)": lambda: encode(with_, source_of([WORDS])[:, 0]),
        "source: got 99 at index": lambda: decoder(with_, np.full((2, 2), 99)),
        "source: got no words in sentence 0": lambda: encode(with_, hole),
        "source: got PAD before a word in sentence 4": lambda: encode(with_, gap),
        "source: got a last step with PAD alone": lambda: encode(with_, longer),
        "memory: got None, wanted what encode returned": lambda: decoder_step(with_, symbols, h, None),
        "memory: got a memory, wanted None": lambda: decoder_step(without, symbols, h, memory),
        "model: got one without attention": lambda: attend(without, h, memory),
        "own: got 1.5, wanted a probability": lambda: teacher_forced(with_, batch, 1.5, rng),
        "own: got 2, wanted a probability": lambda: train_seq2seq(with_, date_pair, 1, rng, own=2),
        "own: got True": lambda: teacher_forced(with_, batch, True, rng),
        "rng: got None": lambda: teacher_forced(with_, batch, 0.5),
        "target: got dtype float64": lambda: teacher_forced(with_, batch._replace(target=batch.target / 2)),
        r"target: got shape \(1, 5\), wanted \(T \+ 1, B\)": lambda: teacher_forced(
            with_, batch._replace(target=batch.target[:1])
        ),
        r"target: got shape \(\d+, 4\)": lambda: teacher_forced(with_, batch._replace(target=batch.target[:, 1:])),
        "updates: got 0": lambda: train_seq2seq(with_, date_pair, 0, rng),
        "size: got 0": lambda: train_seq2seq(with_, date_pair, 1, rng, size=0),
        "rng: got 5": lambda: train_seq2seq(with_, date_pair, 1, 5),
        "width: got 0": lambda: translate(with_, [WORDS], width=0),
        "limit: got 0": lambda: translate(with_, [WORDS], limit=0),
        "sentences: got none": lambda: translate(with_, []),
        "sentences: got no words in sentence 1": lambda: translate(with_, [WORDS, []]),
        "unknown word 'dozen' at position 1 of sequence 0": lambda: translate(with_, [["one", "dozen"]]),
        "unknown word 'maj' at position 0 of sequence 1": lambda: exact_match(
            with_, [(WORDS, ["1"]), (["maj"], ["1"])]
        ),
        "model: got one without attention, wanted": lambda: alignment(without, WORDS),
        "unknown symbol 'x' at position 0": lambda: alignment(with_, WORDS, ["x"]),
        "model: got one without": lambda: attention_arrays(without),
        "module: got 2 layers of 1 directions": lambda: gru_arrays(torch.nn.GRU(3, 4, num_layers=2)),
        "module: got 1 layers of 2 directions": lambda: gru_arrays(torch.nn.GRU(3, 4, bidirectional=True)),
        "wanted the state dict of a torch.nn.GRU": lambda: gru_arrays(torch.nn.Linear(3, 4)),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
