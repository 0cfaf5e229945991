"""Small wrong edits of the modules, each with the check that must notice it.

A mutant replaces one piece of a function's syntax tree, written as source: `old` must stand in the function
exactly once. To add one, add a row; the check is a function of a module, taken from the module's own tests.
"""

import ast
import importlib
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

import test_activations
import test_bptt
import test_checking
import test_cliff
import test_corpora
import test_costs
import test_counts
import test_credit
import test_data
import test_gradients
import test_initial
import test_language
import test_memory
import test_ngrams
import test_optim
import test_output
import test_rnn_basics
import test_text
import test_training
import test_windows
import test_writing


class Mutant(NamedTuple):
    name: str
    target: str
    """Module and function, "bptt.rnn_backward"; or the module alone, for code outside functions."""
    old: str
    """An expression or a statement of the function."""
    new: str
    """What takes its place; "pass" deletes a statement."""
    killer: Callable[[ModuleType], None]


STEP, FORWARD, BACKWARD = "rnn_basics.rnn_step", "rnn_basics.rnn_forward", "bptt.rnn_backward"
NORMS, GRID = "gradients.log_gradient_norms", "gradients.log_gradient_norm_grid"
SLOPES, MATRIX = "gradients._slopes", "matrices.recurrent_matrix"
step_torch, forward_torch = (
    test_rnn_basics.check_step_against_torch,
    test_rnn_basics.check_forward_against_torch,
)
backward_torch, backward_long = test_bptt.check_against_torch, test_bptt.check_long_sequences
norms_torch, norms_theory = test_gradients.check_against_torch, test_gradients.check_theory_far_back
norms_grid, norms_zeros = test_gradients.check_grid_equals_single_runs, test_gradients.check_exact_zeros
spectra = test_gradients.check_spectra
OUT_BACK, CROSS = "output.output_backward", "output.cross_entropy"
layer_torch, cross_torch = test_output.check_layer_against_torch, test_output.check_cross_entropy_against_torch
LAGS, JACOBIAN = "lags.gradient_by_lag", "gradients.log_jacobian_norms"
lags_torch, jacobian_torch = test_gradients.check_lags_against_torch, test_gradients.check_jacobian_against_torch
text_hello, one_hot_torch = test_text.check_hello, test_text.check_one_hot_against_torch
ngram_hand, ngram_bits = test_ngrams.check_by_hand, test_ngrams.check_bits_are_those_of_the_distributions
REVERSED = "enumerate(_check_symbols(symbols)[::-1])"
CHUNKED, WINDOW = "bptt.chunked_backward", "bptt.window_backward"
chunks_torch, chunks_detached = test_bptt.check_chunks_against_torch, test_bptt.check_chunks_equal_detaching
window_torch, window_hand = test_bptt.check_window_against_torch, test_bptt.check_window_by_hand
rtrl_bptt, check_bptt = test_costs.check_rtrl_equals_bptt, test_costs.check_checkpoints_equal_bptt

MUTANTS = [
    Mutant("step: W_h transposed", STEP, "h @ W_h.T", "h @ W_h", step_torch),
    Mutant("step: no bias", STEP, "x @ W_x.T + h @ W_h.T + b", "x @ W_x.T + h @ W_h.T", step_torch),
    Mutant(
        "step: no input",
        STEP,
        "x @ W_x.T + h @ W_h.T + b",
        "h @ W_h.T + b",
        test_rnn_basics.check_step_by_hand,
    ),
    Mutant("step: no nonlinearity", STEP, "phi.apply(z, z)", "pass", step_torch),
    Mutant("forward: W_h transposed", FORWARD, "W_h.T.copy()", "W_h.copy()", forward_torch),
    Mutant("forward: no bias", FORWARD, "stretch += b", "pass", forward_torch),
    Mutant("forward: initial state ignored", FORWARD, "hs[0] = h = h0", "hs[0] = h = 0 * h0", forward_torch),
    Mutant("forward: state stays h_0", FORWARD, "h = z", "pass", forward_torch),
    Mutant("forward: past dropped", FORWARD, "add(z, from_past, z)", "pass", forward_torch),
    Mutant("forward: past subtracted", FORWARD, "np.add", "np.subtract", forward_torch),
    Mutant("forward: no nonlinearity", FORWARD, "apply(z, z)", "pass", forward_torch),
    Mutant(
        "forward: states shifted by one",
        FORWARD,
        "return hs[1:], RNNCache(x, hs, W_x.copy(), W_h.copy(), activation)",
        "return hs[:-1], RNNCache(x, hs, W_x.copy(), W_h.copy(), activation)",
        forward_torch,
    ),
    Mutant(
        "forward: weights shared with the cache",
        FORWARD,
        "W_h.copy()",
        "W_h",
        test_rnn_basics.check_weights_in_cache_are_copies,
    ),
    Mutant(
        "forward: states writeable",
        FORWARD,
        "hs.flags.writeable = False",
        "pass",
        test_rnn_basics.check_states_are_read_only,
    ),
    Mutant("sigmoid: naive", "activations._sigmoid", "-np.abs(z)", "-z", test_activations.check_sigmoid_is_safe),
    Mutant("sigmoid: mirrored", "activations._sigmoid", "z < 0", "z > 0", test_activations.check_against_torch),
    Mutant(
        "relu: leaky downwards", "activations._relu", "np.maximum", "np.minimum", test_activations.check_against_torch
    ),
    Mutant("backward: W_h transposed", BACKWARD, "dot(dz, W_h, dh)", "dot(dz, W_h.T, dh)", backward_torch),
    Mutant("backward: future dropped", BACKWARD, "dot(dz, W_h, dh)", "dh.fill(0)", backward_torch),
    Mutant("backward: loss above dropped", BACKWARD, "add(dh, direct, dh)", "pass", backward_torch),
    Mutant("backward: slope dropped", BACKWARD, "multiply(dz, dh, dz)", "dz[:] = dh", backward_torch),
    Mutant(
        "backward: slope of the state before",
        BACKWARD,
        "slope(hs[start + 1:end + 1], dzs)",
        "slope(hs[start:end], dzs)",
        backward_torch,
    ),
    Mutant("backward: time not reversed", BACKWARD, "list(dzs)[::-1]", "list(dzs)", backward_torch),
    Mutant(
        "backward: losses reversed",
        BACKWARD,
        "list(dhs[start:end])[::-1]",
        "list(dhs[start:end])",
        backward_torch,
    ),
    Mutant(
        "backward: state of the same step in dW_h",
        BACKWARD,
        "hs[start:end].reshape(-1, H)",
        "hs[start + 1:end + 1].reshape(-1, H)",
        test_bptt.check_by_hand,
    ),
    Mutant(
        "backward: input of another step in dW_x",
        BACKWARD,
        "x[start:end].reshape(-1, D)",
        "x[start:end][::-1].reshape(-1, D)",
        backward_torch,
    ),
    Mutant(
        "backward: dW_h transposed",
        BACKWARD,
        "dz_rows.T @ hs[start:end].reshape(-1, H)",
        "hs[start:end].reshape(-1, H).T @ dz_rows",
        backward_torch,
    ),
    Mutant(
        "backward: dW_h of one step, not the sum",
        BACKWARD,
        "dW_h += dz_rows.T @ hs[start:end].reshape(-1, H)",
        "dW_h += dzs[0].T @ hs[start]",
        backward_torch,
    ),
    Mutant(
        "backward: db averaged",
        BACKWARD,
        "np.ones(len(dz_rows), x.dtype) @ dz_rows",
        "dz_rows.mean(axis=0)",
        backward_torch,
    ),
    Mutant(
        "backward: dx through W_h",
        BACKWARD,
        "np.dot(dz_rows, W_x, dx[start:end].reshape(-1, D))",
        "np.dot(dz_rows, W_h[:, :D].copy(), dx[start:end].reshape(-1, D))",
        backward_torch,
    ),
    Mutant(
        "backward: only the last chunk counts",
        BACKWARD,
        "dW_x += dz_rows.T @ x[start:end].reshape(-1, D)",
        "dW_x = dz_rows.T @ x[start:end].reshape(-1, D)",
        backward_long,
    ),
    Mutant(
        "backward: future lost between chunks",
        BACKWARD,
        "dzs = buffer[:end - start]",
        "dzs = buffer[:end - start]; dh = np.zeros_like(dh)",
        backward_long,
    ),
    Mutant("norms: W_h transposed", GRID, "(slopes[t] * g) @ W", "(slopes[t] * g) @ W.T", norms_torch),
    Mutant("norms: slope after W_h", GRID, "(slopes[t] * g) @ W", "slopes[t] * (g @ W)", norms_torch),
    Mutant("norms: slope of another step", GRID, "slopes[t]", "slopes[t - 1]", norms_torch),
    Mutant("norms: slopes ignored", GRID, "(slopes[t] * g) @ W", "g @ W", norms_torch),
    Mutant("norms: magnitude ignored going back", GRID, "slopes * m", "slopes * np.ones_like(m)", norms_grid),
    Mutant("norms: time reversed", GRID, "log_norms.T", "log_norms[::-1].T", norms_torch),
    Mutant("norms: log10", GRID, "np.log(peaks[..., 0])", "np.log10(peaks[..., 0])", norms_theory),
    Mutant(
        "norms: no renormalisation",
        GRID,
        "g = g / (peak + (peak == 0))",
        "peak = np.ones_like(peak)",
        norms_theory,
    ),
    Mutant(
        "norms: sum of squares, no root",
        GRID,
        "np.sqrt((directions * directions).sum(axis=-1))",
        "(directions * directions).sum(axis=-1)",
        norms_torch,
    ),
    Mutant("norms: zero divided by zero", GRID, "g / (peak + (peak == 0))", "g / peak", norms_zeros),
    Mutant("norms: default cotangent not of length 1", GRID, "H**-0.5", "1.0", norms_theory),
    Mutant(
        "norms: activation ignored",
        NORMS,
        "log_gradient_norm_grid(W_h, [1.0], T, activation, inputs, cotangent)",
        "log_gradient_norm_grid(W_h, [1.0], T, 'tanh', inputs, cotangent)",
        norms_torch,
    ),
    Mutant("slopes: W_h transposed", SLOPES, "W.T", "W", norms_torch),
    Mutant("slopes: magnitude ignored", SLOPES, "z *= m", "pass", norms_grid),
    Mutant("slopes: inputs ignored", SLOPES, "z += u_t", "pass", norms_torch),
    Mutant("slopes: states instead of slopes", SLOPES, "phi.slope(hs, hs)", "pass", norms_torch),
    Mutant(
        "tanh slope: sign",
        "activations._tanh_slope",
        "np.subtract(1, out, out=out)",
        "np.add(1, out, out=out)",
        test_activations.check_slopes,
    ),
    Mutant(
        "sigmoid slope: 1 - h",
        "activations._sigmoid_slope",
        "np.multiply(h, 1 - h, out=out)",
        "np.subtract(1, h, out=out)",
        test_activations.check_slopes,
    ),
    Mutant(
        "sigmoid slope: h overwritten when in place",
        "activations._sigmoid_slope",
        "np.multiply(h, 1 - h, out=out)",
        "np.subtract(1, h, out=out); np.multiply(h, out, out=out)",
        test_activations.check_slopes,
    ),
    Mutant(
        "relu slope: 1 at 0",
        "activations",
        "np.greater(h, 0, out=out)",
        "np.greater_equal(h, 0, out=out)",
        test_activations.check_slopes,
    ),
    Mutant(
        "matrix: radius on average only",
        MATRIX,
        "radius / spectral_radius(G) * G",
        "radius / size**0.5 * G",
        spectra,
    ),
    Mutant(
        "matrix: eigenvalues 0 to radius",
        MATRIX,
        "np.linspace(-1, 1, size)",
        "np.linspace(0, 1, size)",
        spectra,
    ),
    Mutant(
        "matrix: QR's own signs",
        MATRIX,
        "Q * np.sign(np.diag(R))",
        "Q",
        test_gradients.check_uniform_orthogonal,
    ),
    Mutant(
        "matrix: shear below and above",
        MATRIX,
        "W[upper, upper + 1] = shear",
        "W[upper, upper + 1] = W[upper + 1, upper] = 2 * shear",
        spectra,
    ),
    Mutant("matrix: no shear", MATRIX, "W[upper, upper + 1] = shear", "pass", test_gradients.check_shear),
    Mutant("lags: this step's own state", LAGS, "dzs[t].T @ hs[t - 1]", "dzs[t].T @ hs[t]", lags_torch),
    Mutant(
        "lags: the last step last",
        LAGS,
        "each[T - t] = np.linalg.norm(contribution)",
        "each[t - 1] = np.linalg.norm(contribution)",
        lags_torch,
    ),
    Mutant("lags: not summed", LAGS, "total += contribution", "total = contribution", test_gradients.check_lags_add_up),
    Mutant("lags: norms summed, not matrices", LAGS, "np.linalg.norm(total)", "each[T - t:].sum()", lags_torch),
    Mutant("lags: no slope", LAGS, "dzs[t] *= dh", "dzs[t] = dh", lags_torch),
    Mutant("lags: W_h transposed", LAGS, "dzs[t] @ W_h", "dzs[t] @ W_h.T", lags_torch),
    Mutant(
        "jacobian: factors in reverse",
        JACOBIAN,
        "(product * slopes[t]) @ W",
        "(slopes[t].T * W) @ product",
        jacobian_torch,
    ),
    Mutant("jacobian: no slopes", JACOBIAN, "product * slopes[t]", "product", jacobian_torch),
    Mutant(
        "jacobian: Frobenius norm",
        JACOBIAN,
        "np.linalg.svd(products, compute_uv=False)[:, 0]",
        "np.linalg.norm(products, axis=(1, 2))",
        test_gradients.check_jacobian_theory,
    ),
    Mutant(
        "jacobian: the scale of the last step only",
        JACOBIAN,
        "np.cumsum(divided_out[::-1])[::-1]",
        "divided_out",
        test_gradients.check_jacobian_theory,
    ),
    Mutant(
        "clip: each array by its own norm",
        "optim.clip_by_norm",
        "sum(float(np.square(g.astype(np.float64) / peak).sum()) for g in gradients)",
        "float(np.square(gradients[0].astype(np.float64) / peak).sum())",
        test_optim.check_norm_against_torch,
    ),
    Mutant(
        "clip: always to the threshold",
        "optim.clip_by_norm",
        "min(1.0, threshold / norm_before)",
        "threshold / norm_before",
        test_optim.check_norm_against_torch,
    ),
    Mutant(
        "clip: no square root",
        "optim.clip_by_norm",
        "peak * squares**0.5",
        "peak * squares",
        test_optim.check_norm_against_torch,
    ),
    Mutant(
        "clip: squares overflow",
        "optim.clip_by_norm",
        "max((float(np.abs(g).max()) for g in gradients if g.size), default=0.0)",
        "1.0",
        test_optim.check_extreme_norms,
    ),
    Mutant(
        "clip by value: only from above",
        "optim.clip_by_value",
        "g.dtype.type(-threshold)",
        "None",
        test_optim.check_value_against_torch,
    ),
    Mutant(
        "adam: no correction of the mean",
        "optim.adam_step",
        "rate / (1 - d1**n)",
        "rate",
        test_optim.check_adam_against_torch,
    ),
    Mutant(
        "adam: no correction of the square",
        "optim.adam_step",
        "s / (1 - d2**n)",
        "s",
        test_optim.check_adam_against_torch,
    ),
    Mutant(
        "adam: epsilon under the root",
        "optim.adam_step",
        "np.sqrt(s / (1 - d2**n)) + epsilon",
        "np.sqrt(s / (1 - d2**n) + epsilon)",
        test_optim.check_adam_against_torch,
    ),
    Mutant(
        "adam: uphill",
        "optim.adam_step",
        "p - rate / (1 - d1**n) * m / (np.sqrt(s / (1 - d2**n)) + epsilon)",
        "p + rate / (1 - d1**n) * m / (np.sqrt(s / (1 - d2**n)) + epsilon)",
        test_optim.check_adam_against_torch,
    ),
    Mutant(
        "he: variance 1 / H",
        "initial.initial_matrix",
        "(2 / H) ** 0.5",
        "H**-0.5",
        test_initial.check_standard_deviations,
    ),
    Mutant(
        "copy: answers reversed",
        "data.copy_task",
        "targets[-length:] = message",
        "targets[-length:] = message[::-1]",
        test_data.check_copy_layout,
    ),
    Mutant(
        "copy: mark one step late",
        "data.copy_task",
        "classes[length + T - 1] = K + 1",
        "classes[length + T] = K + 1",
        test_data.check_copy_layout,
    ),
    Mutant(
        "recall: shifted the wrong way",
        "data.recall_task",
        "targets[lag:] = x[: T - lag]",
        "targets[: T - lag] = x[lag:]",
        test_data.check_recall_shift,
    ),
    Mutant("output: bias gradient missing", OUT_BACK, "rows.sum(axis=0)", "0 * rows.sum(axis=0)", layer_torch),
    Mutant("output: error not sent below", OUT_BACK, "dys @ W_y", "0 * (dys @ W_y)", layer_torch),
    Mutant("output: no bias", "output.output_layer", "hs @ W_y.T + b_y", "hs @ W_y.T", layer_torch),
    Mutant("cross-entropy: gradient without the target", CROSS, "slope[rows, right] -= 1", "pass", cross_torch),
    Mutant("cross-entropy: gradient of the sum", CROSS, "slope / count", "slope", cross_torch),
    Mutant(
        "squared error: factor 2 missing",
        "output.squared_error",
        "2 * gap / count",
        "gap / count",
        test_output.check_squared_error_against_torch,
    ),
    Mutant(
        "softmax: temperature multiplied",
        "output.softmax",
        "scores / scores.dtype.type(temperature)",
        "scores * scores.dtype.type(temperature)",
        test_output.check_softmax,
    ),
    Mutant(
        "sample: always the next symbol",
        "output.sample",
        "draws >= below",
        "draws > below - p",
        test_output.check_sample_follows_the_distribution,
    ),
    Mutant(
        "training: gradient of the wrong loss",
        "training.model_gradient",
        "loss_and_gradient(outputs, targets)",
        "loss_and_gradient(2 * outputs, targets)",
        test_training.check_gradient_against_torch,
    ),
    Mutant(
        "readout: off by one lag",
        "memory.readout_recall",
        "x[start - lag:T - lag, :, 0]",
        "x[start - lag + 1:T - lag + 1, :, 0]",
        test_memory.check_readout_counts_steps,
    ),
    Mutant(
        "cliff: slope of the state before dropped",
        "cliff.cliff_loss",
        "s + factor * dh_dw",
        "s + dh_dw",
        test_cliff.check_cliff_against_the_chapters,
    ),
    Mutant(
        "learned state: divided by the batch",
        "rnn_basics.initial_state",
        "np.tile(vector, (B, 1))",
        "np.tile(vector, (B, 1)) / B",
        test_rnn_basics.check_learned_state_against_torch,
    ),
    Mutant(
        "forward: states read the next input",
        FORWARD,
        "x[start:start + length]",
        "np.roll(x, -1, axis=0)[start:start + length]",
        test_rnn_basics.check_future_changes_nothing,
    ),
    Mutant("counts: W_h forgotten", "counts.rnn_parameters", "H * H", "0", test_counts.check_against_torch),
    Mutant(
        "counts: two biases",
        "counts.rnn_parameters",
        "H * D + H * H + H + V * H + V",
        "H * D + H * H + 2 * H + V * H + V",
        test_counts.check_against_torch,
    ),
    Mutant(
        "counts: n symbols in the window", "counts.window_parameters", "n - 1", "n", test_counts.check_against_torch
    ),
    Mutant(
        "windows: newest first",
        "windows.windows",
        "padded[k:k + T]",
        "padded[K - 1 - k:K - 1 - k + T]",
        test_windows.check_against_torch_convolution,
    ),
    Mutant(
        "windows: one step into the future",
        "windows.windows",
        "[np.zeros((K - 1, *x.shape[1:]), x.dtype), x]",
        "[np.zeros((K - 1, *x.shape[1:]), x.dtype)[1:], x, x[-1:]]",
        test_windows.check_against_torch_convolution,
    ),
    Mutant(
        "hold: the symbol before the last",
        "data.hold_task",
        "np.arange(T)[:, None] - steps_since_symbol(x)",
        "np.maximum(np.arange(T)[:, None] - steps_since_symbol(x) - 1, 0)",
        test_data.check_hold_layout,
    ),
    Mutant("hold: longest gap left out", "data.hold_task", "longest + 1", "longest", test_data.check_hold_gaps),
    Mutant("text: characters not sorted", "text.vocabulary", "sorted(set(text))", "dict.fromkeys(text)", text_hello),
    Mutant("text: the last symbol is 0", "text.encode", "enumerate(_check_symbols(symbols))", REVERSED, text_hello),
    Mutant(
        "text: one-hot from 1",
        "text.one_hot",
        "check_ids('ids', ids, V)",
        "check_ids('ids', ids, V) - 1",
        one_hot_torch,
    ),
    Mutant("ngram: context one too short", "ngrams.fit_ngram", "corpus[i - k:i]", "corpus[i - k + 1:i]", ngram_hand),
    Mutant(
        "ngram: a follower counted once",
        "ngrams.fit_ngram",
        "followers.get(corpus[i], 0) + 1",
        "1",
        ngram_hand,
    ),
    Mutant("ngram: nothing below the unigrams", "ngrams.ngram_probabilities", "1 / model.V", "0.0", ngram_hand),
    Mutant(
        "ngram: shorter context not mixed in", "ngrams.ngram_probabilities", "p *= len(followers)", "p *= 1", ngram_hand
    ),
    Mutant("ngram: the newest symbol dropped", "ngrams._seen", "context[len(context) - k:]", "context[:k]", ngram_hand),
    Mutant(
        "ngram bits: never the longest context",
        "ngrams.ngram_bits",
        "i - model.order + 1",
        "i - model.order + 2",
        ngram_bits,
    ),
    Mutant("ngram bits: in nats", "ngrams.ngram_bits", "np.log2(p)", "np.log(p)", ngram_bits),
    Mutant("ngram bits: sum, not mean", "ngrams.ngram_bits", "float(-log_p.mean())", "float(-log_p.sum())", ngram_bits),
    Mutant(
        "ngram: order chosen on what it was fitted on",
        "ngrams.best_ngram",
        "ngram_bits(model, dev)",
        "ngram_bits(model, train)",
        test_ngrams.check_order_is_chosen_on_dev,
    ),
    Mutant(
        "ngram: the worst order",
        "ngrams.best_ngram",
        "np.argmin(bits)",
        "np.argmax(bits)",
        test_ngrams.check_order_is_chosen_on_dev,
    ),
    Mutant(
        "ngram sample: never the longest context",
        "ngrams.sample_ngram",
        "text[max(0, len(text) - model.order + 1):]",
        "text[max(0, len(text) - model.order + 2):]",
        test_ngrams.check_samples_follow_the_distribution,
    ),
    Mutant(
        "run: carried state ignored",
        "training.run",
        "h0 is None",
        "True",
        test_training.check_state_is_carried,
    ),
    Mutant(
        "gradient: carried state ignored",
        "training.model_gradient",
        "run(model, x, h0)",
        "run(model, x)",
        test_training.check_state_is_carried,
    ),
    Mutant(
        "train: frozen parameters are trained",
        "training.train",
        "np.zeros_like(getattr(model, name))",
        "getattr(gradient, name)",
        test_training.check_frozen_stays,
    ),
    Mutant(
        "fables: the folk's verb agrees with the animal",
        "corpora.tale",
        "feeling[plural]",
        "feeling[number]",
        test_corpora.check_tales_keep_the_grammar,
    ),
    Mutant(
        "fables: the animal's verb agrees with the folk",
        "corpora.tale",
        "feeling[number]",
        "feeling[plural]",
        test_corpora.check_tales_keep_the_grammar,
    ),
    Mutant(
        "fables: the deed of the other number",
        "corpora.tale",
        "ANIMALS[animal][2 + number]",
        "ANIMALS[animal][3 - number]",
        test_corpora.check_tales_keep_the_grammar,
    ),
    Mutant(
        "fables: another animal may be the hero",
        "corpora.tale",
        "[i for i in range(len(ANIMALS)) if i != hero]",
        "[*range(len(ANIMALS) - 1)]",
        test_corpora.check_tales_keep_the_grammar,
    ),
    Mutant(
        "fables: always it",
        "corpora.tale",
        "'they' if many else 'it'",
        "'it'",
        test_corpora.check_tales_keep_the_grammar,
    ),
    Mutant(
        "fables: a rare choice counts as a common one",
        "corpora.tale",
        "times if yes else times / (times - 1)",
        "times",
        test_corpora.check_tales_keep_the_grammar,
    ),
    Mutant(
        "fables: yes and no exchanged",
        "corpora.tale",
        "rng.random() * times < 1",
        "rng.random() * times > 1",
        test_corpora.check_choices_are_as_likely_as_said,
    ),
    Mutant(
        "split: one paragraph too late",
        "corpora.split",
        "ends[np.searchsorted(ends, end - 0.5)]",
        "ends[np.searchsorted(ends, end - 0.5) + 1]",
        test_corpora.check_split_at_paragraphs,
    ),
    Mutant(
        "split: through a paragraph",
        "corpora.split",
        "ends[np.searchsorted(ends, end - 0.5)]",
        "end",
        test_corpora.check_split_at_paragraphs,
    ),
    Mutant(
        "chunks: the target is the input",
        "language.batches",
        "corpus[1:B * length + 1].reshape(B, length).T",
        "x",
        test_language.check_chunks,
    ),
    Mutant(
        "chunks: neighbours in the text side by side",
        "language.batches",
        "corpus[:B * length].reshape(B, length).T",
        "corpus[:B * length].reshape(length, B)",
        test_language.check_chunks,
    ),
    Mutant(
        "chunks: overlap by one",
        "language.batches",
        "range(0, length - K + 1, K)",
        "range(0, length - K + 1, K - 1)",
        test_language.check_chunks,
    ),
    Mutant(
        "bits: the state is not carried from block to block",
        "writing.bits_per_character",
        "h = hs[-1]",
        "h = None",
        test_writing.check_bits_against_torch,
    ),
    Mutant(
        "bits: the first character is free",
        "writing.bits_per_character",
        "-float(log_softmax(model.b_y)[corpus[0]])",
        "0.0",
        test_writing.check_bits_against_torch,
    ),
    Mutant(
        "bits: nats",
        "writing.bits_per_character",
        "total / np.log(2) / len(corpus)",
        "total / len(corpus)",
        test_writing.check_bits_against_torch,
    ),
    Mutant(
        "bits: blocks count the same, however long",
        "writing.bits_per_character",
        "cross_entropy(outputs, y)[0] * len(y)",
        "cross_entropy(outputs, y)[0] * BLOCK",
        test_writing.check_bits_against_torch,
    ),
    Mutant(
        "rate: no warm-up",
        "language.learning_rate",
        "min(1.0, 20 * done)",
        "1.0",
        test_language.check_learning_rate,
    ),
    Mutant(
        "rate: a whole cosine",
        "language.learning_rate",
        "math.cos(math.pi * done)",
        "math.cos(2 * math.pi * done)",
        test_language.check_learning_rate,
    ),
    Mutant(
        "fit: the state starts anew in each chunk",
        "language.fit",
        "zeros if first else h",
        "zeros",
        test_language.check_one_update_by_torch,
    ),
    Mutant(
        "fit: the loss in nats",
        "language.fit",
        "loss / np.log(2)",
        "loss",
        test_language.check_one_update_by_torch,
    ),
    Mutant(
        "fit: the last model instead of the best",
        "language.fit",
        "min(best, (bits, done, model), key=lambda found: found[0])",
        "(bits, done, model)",
        test_language.check_best_on_dev_is_kept,
    ),
    Mutant(
        "fit: patience is not kept",
        "language.fit",
        "done - best[1] >= patience * every",
        "False",
        test_language.check_patience,
    ),
    Mutant(
        "fit: samples take their numbers from training",
        "language.fit",
        "np.random.default_rng(0)",
        "rng",
        test_language.check_snapshots,
    ),
    Mutant(
        "fit: every pass starts at the first character",
        "language._passes",
        "corpus[rng.integers(K):]",
        "corpus",
        test_language.check_passes_start_anew,
    ),
    Mutant(
        "fit: a pass goes on where the last one ended",
        "language._passes",
        "first = True",
        "first = False",
        test_language.check_passes_start_anew,
    ),
    Mutant(
        "smoothed: sums",
        "language.smoothed",
        "np.add.reduceat(losses, starts) / counts",
        "np.add.reduceat(losses, starts)",
        test_language.check_smoothed,
    ),
    Mutant(
        "generate: what is written is not fed back",
        "writing.generate",
        "h = _advance(model, written[-1:], h)",
        "pass",
        test_writing.check_greedy_text_is_the_largest_score_each_time,
    ),
    Mutant(
        "generate: temperature ignored",
        "writing.generate",
        "sample(_scores(model, h), rng, temperature)",
        "sample(_scores(model, h), rng)",
        test_writing.check_samples_follow_the_scores,
    ),
    Mutant(
        "scores: without the bias",
        "writing._scores",
        "model.b_y",
        "0 * model.b_y",
        test_writing.check_scores_against_torch,
    ),
    Mutant(
        "scores: the context is read from its second character",
        "writing._read",
        "encode(context, symbols)",
        "encode(context[-1:], symbols)",
        test_writing.check_scores_against_torch,
    ),
    # -- chapter 2: truncation, checks, credit and costs
    Mutant(
        "chunks: state before the chunk missing",
        CHUNKED,
        "cache.hs[start:start + K + 1]",
        "np.concatenate([0 * cache.hs[start:start + 1], cache.hs[start + 1:start + K + 1]])",
        chunks_torch,
    ),
    Mutant(
        "chunks: only the last chunk counts",
        CHUNKED,
        "np.sum([part[i] for part in parts], axis=0)",
        "parts[-1][i]",
        chunks_detached,
    ),
    Mutant("chunks: h_0 of the last chunk", CHUNKED, "parts[0].h0", "parts[-1].h0", chunks_torch),
    Mutant(
        "chunks: inputs of the first chunk", CHUNKED, "cache.x[steps]", "cache.x[:len(cache.x[steps])]", chunks_detached
    ),
    Mutant("window: W_h transposed", WINDOW, "g[1:] @ W_h", "g[1:] @ W_h.T", window_torch),
    Mutant("window: future dropped", WINDOW, "dzs[:T - lag] += g", "pass", window_hand),
    Mutant("window: one step too many", WINDOW, "range(1, K)", "range(1, min(K + 1, T))", window_hand),
    Mutant("window: one step too few", WINDOW, "range(1, K)", "range(1, K - 1)", window_hand),
    Mutant("window: slope of the wrong step", WINDOW, "slopes[:T - lag]", "slopes[lag:]", window_torch),
    Mutant("window: sum over time missing", WINDOW, "rows.sum(axis=0)", "rows[-1]", window_torch),
    Mutant(
        "window: state of the same step in dW_h", WINDOW, "hs[:-1].reshape(-1, H)", "hs[1:].reshape(-1, H)", window_hand
    ),
    Mutant(
        "differences: one-sided divisor",
        "checking.check_gradients",
        "(sides[0] - sides[1]) / (2 * step)",
        "(sides[0] - sides[1]) / step",
        test_checking.check_finds_one_wrong_entry,
    ),
    Mutant(
        "differences: entry left moved",
        "checking.check_gradients",
        "array[index] = value",
        "pass",
        test_checking.check_finds_one_wrong_entry,
    ),
    Mutant(
        "differences: worst entry of the last",
        "checking.check_gradients",
        "error > worst.error",
        "True",
        test_checking.check_finds_one_wrong_entry,
    ),
    Mutant(
        "differences: relative to the quotient alone",
        "checking.check_gradients",
        "max(abs(a), abs(n), floor)",
        "max(abs(n), floor)",
        test_checking.check_relative_error_by_hand,
    ),
    Mutant(
        "contributions: W_h transposed",
        "credit.contributions",
        "(slopes[1:T - lag] * g[1:]) @ W_h",
        "(slopes[1:T - lag] * g[1:]) @ W_h.T",
        test_credit.check_contributions_against_torch,
    ),
    Mutant(
        "contributions: slope of the wrong step",
        "credit.contributions",
        "slopes[1:T - lag]",
        "slopes[lag + 1:]",
        test_credit.check_contributions_against_torch,
    ),
    Mutant("mask: window one wider", "credit.reached", "k > t - K", "k >= t - K", test_credit.check_masks_by_hand),
    Mutant(
        "mask: chunks by the loss alone",
        "credit.reached",
        "k // K == t // K",
        "k % K <= t % K",
        test_credit.check_masks_by_hand,
    ),
    Mutant(
        "share: chunks all reach K back",
        "credit.share_for_memory",
        "g[:K].mean()",
        "g[K - 1]",
        test_credit.check_shares_against_torch,
    ),
    Mutant(
        "share: window off by one",
        "credit.share_for_memory",
        "np.minimum(steps, K - 1)",
        "np.minimum(steps, K)",
        test_credit.check_shares_against_torch,
    ),
    Mutant(
        "example: future dropped",
        "credit.scalar_example",
        "direct[t] + future[t]",
        "direct[t]",
        test_credit.check_example_by_hand,
    ),
    Mutant(
        "example: slope dropped",
        "credit.scalar_example",
        "slope[t] * dh[t]",
        "dh[t]",
        test_credit.check_example_against_torch,
    ),
    Mutant(
        "example: state of the same step",
        "credit.scalar_example",
        "dz * before",
        "dz * h",
        test_credit.check_example_by_hand,
    ),
    Mutant("rtrl: W_h transposed", "costs.rtrl", "W_h @ P.reshape(B, H, -1)", "W_h.T @ P.reshape(B, H, -1)", rtrl_bptt),
    Mutant("rtrl: past forgotten", "costs.rtrl", "W_h @ P.reshape(B, H, -1)", "0 * P.reshape(B, H, -1)", rtrl_bptt),
    Mutant(
        "rtrl: sum over time missing",
        "costs.rtrl",
        "dW += np.einsum('bi,bijk->jk', dh, P)",
        "dW = np.einsum('bi,bijk->jk', dh, P)",
        rtrl_bptt,
    ),
    Mutant("checkpoints: future dropped", "costs.checkpointed_backward", "direct[-1] += future", "pass", check_bptt),
    Mutant(
        "checkpoints: sum over segments missing",
        "costs.checkpointed_backward",
        "total.W_h + part.W_h",
        "part.W_h",
        check_bptt,
    ),
    Mutant(
        "checkpoints: wrong step's input",
        "costs.checkpointed_backward",
        "rnn_forward(x[start:end], h, W_x, W_h, b, activation)",
        "rnn_forward(x[:end - start], h, W_x, W_h, b, activation)",
        check_bptt,
    ),
]


def parse(source: str) -> list[ast.stmt] | ast.expr:
    """One expression, or the statements of `source`."""
    body = ast.parse(source).body
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else body


class Replace(ast.NodeTransformer):
    """Replaces every node that reads like `old`, and counts."""

    def __init__(self, old: str, new: str):
        wanted = parse(old)
        self.old = ast.dump(wanted if isinstance(wanted, ast.expr) else wanted[0])
        self.new, self.count = new, 0

    def visit(self, node: ast.AST):
        if ast.dump(node) != self.old:
            return self.generic_visit(node)
        self.count += 1
        return parse(self.new)


class StatementsInPlaceOfExpression(ast.NodeTransformer):
    """A call as a whole line is a statement around an expression: unwrap it where statements replaced it."""

    def visit_Expr(self, node: ast.Expr):
        return node.value if isinstance(node.value, list) else node


def mutate(mutant: Mutant) -> tuple[ModuleType, int]:
    """The mutated module, compiled under another name, and how many places were edited."""
    module_name, _, function = mutant.target.partition(".")
    original = importlib.import_module(f"helpers.{module_name}")
    tree = ast.parse(inspect.getsource(original))
    edit = Replace(mutant.old, mutant.new)
    for node in tree.body if function else [tree]:
        if not function or (isinstance(node, ast.FunctionDef) and node.name == function):
            edit.visit(node)
    StatementsInPlaceOfExpression().visit(tree)
    mutated = ModuleType(f"{original.__name__}_mutant")
    exec(compile(ast.fix_missing_locations(tree), f"<{mutant.name}>", "exec"), mutated.__dict__)
    return mutated, edit.count
