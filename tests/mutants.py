"""Small wrong edits of the modules, each with the check that must notice it.

A mutant replaces one piece of a function's syntax tree, written as source: `old` must stand in the function
exactly once. To add one, add a row; the check is a function of a module, taken from the module's own tests.
"""

import ast
import importlib
import inspect
import itertools
from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

import test_activations
import test_arrivals
import test_attention
import test_bidirectional
import test_bleu
import test_bptt
import test_captioning
import test_captioning_numpy
import test_captioning_vocabulary
import test_checking
import test_cliff
import test_coco
import test_containers
import test_corpora
import test_costs
import test_counts
import test_credit
import test_data
import test_decoding
import test_gates
import test_gradients
import test_grammars
import test_initial
import test_language
import test_layers
import test_linear_recurrence
import test_memory
import test_networks
import test_ngrams
import test_optim
import test_output
import test_padding
import test_phrases
import test_readers
import test_recording
import test_rnn_basics
import test_scenes
import test_sensitivity
import test_seq2seq
import test_seq2seq_experiments
import test_stacks
import test_text
import test_torchvision_eye
import test_training
import test_windows
import test_writing


class Mutant(NamedTuple):
    name: str
    target: str
    """Module and function, "bptt.rnn_backward"; or the module alone, for code outside functions.

    In a package (`PACKAGES`) the module has two words: "gates.lstm.lstm_forward".
    """
    old: str
    """An expression or a statement of the function."""
    new: str
    """What takes its place; "pass" deletes a statement."""
    killer: Callable[[ModuleType], None]


translator = test_seq2seq_experiments.check_trained_as_asked
fresh_sentences = test_seq2seq_experiments.check_fresh_sentences
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
LAYER_FORWARD, LAYER_BACKWARD = "layers.layer_forward", "layers.layer_backward"
STACK_FORWARD, STACK_BACKWARD = "stacks.stack_forward", "stacks.stack_backward"
PAIR_FORWARD, PAIR_BACKWARD = "stacks._layer_forward", "stacks._layer_backward"
layer_all_torch, layer_start = test_layers.check_against_torch, test_layers.check_start
stack_torch, stack_connections = test_stacks.check_against_torch, test_stacks.check_connections
stack_differences, stack_padding = test_stacks.check_central_differences, test_stacks.check_padding_changes_nothing
padding_hand, padding_last = test_padding.check_by_hand, test_padding.check_last_states
both_hand, containers_back = test_bidirectional.check_by_hand, test_containers.check_there_and_back
counts_layers, counts_units = test_counts.check_layers_against_torch, test_counts.check_nearest_units
SENSITIVITY, DEPTH = "sensitivity.sensitivity_map", "sensitivity.depth_time_norms"
sees_zeros, depth_torch = test_sensitivity.check_structural_zeros, test_sensitivity.check_depth_against_torch

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
    Mutant("layer: not sorted by length", "layers._longest_first", "-lengths", "0 * lengths", layer_all_torch),
    Mutant("layer: short sequences first", "layers._longest_first", "-lengths", "lengths", layer_all_torch),
    Mutant("layer: a sequence runs on after its end", LAYER_FORWARD, "real >= stop", "real >= start", layer_all_torch),
    Mutant(
        "layer: final state at T",
        LAYER_FORWARD,
        "array[:n] = values",
        "array[:n] = values\narray[n:] = values[-1]",
        layer_all_torch,
    ),
    Mutant(
        "layer: states in the order of the lengths",
        LAYER_FORWARD,
        "hs[start:stop, order[:n]] = part",
        "hs[start:stop, :n] = part",
        layer_all_torch,
    ),
    Mutant("layer: last states in the order of the lengths", LAYER_FORWARD, "array[back]", "array", layer_all_torch),
    Mutant("layer: initial states not sorted", LAYER_FORWARD, "array[order]", "array", layer_all_torch),
    Mutant(
        "layer: one full length makes all full",
        LAYER_FORWARD,
        "(real == T).all()",
        "(real == T).any()",
        layer_all_torch,
    ),
    Mutant(
        "layer: each stretch starts from the initial state",
        LAYER_FORWARD,
        "array[:n] = values",
        "pass",
        layer_all_torch,
    ),
    Mutant(
        "layer: cell state not handed on", "layers._forward", "(hs[-1], cs[-1])", "(hs[-1], hs[-1])", layer_all_torch
    ),
    Mutant(
        "layer: ReLU taken for tanh",
        "layers._forward",
        "'tanh' if isinstance(weights, TanhWeights) else 'relu'",
        "'tanh'",
        layer_all_torch,
    ),
    Mutant("layer: stretches not taken back to front", LAYER_BACKWARD, "stretches[::-1]", "stretches", layer_all_torch),
    Mutant(
        "layer: gradient does not cross to the stretch before",
        LAYER_BACKWARD,
        "array[:n] = values",
        "pass",
        layer_all_torch,
    ),
    Mutant("layer: final gradients not sorted", LAYER_BACKWARD, "array[order]", "array", layer_all_torch),
    Mutant(
        "layer: initial gradients in the order of the lengths", LAYER_BACKWARD, "array[back]", "array", layer_all_torch
    ),
    Mutant(
        "layer: gradient of x in the order of the lengths",
        LAYER_BACKWARD,
        "dx[start:stop, order[:n]] = part.x",
        "dx[start:stop, :n] = part.x",
        layer_all_torch,
    ),
    Mutant(
        "layer: weights learn from the longest sequences only",
        LAYER_BACKWARD,
        "np.sum(parts, axis=0)",
        "parts[0]",
        layer_all_torch,
    ),
    Mutant(
        "layer: gradient of the last state dropped", "layers._backward", "dhs[-1] += dlast[0]", "pass", layer_all_torch
    ),
    Mutant(
        "layer: gradient of the last cell dropped",
        "layers._backward",
        "None if dlast is None else dlast[1]",
        "None",
        layer_all_torch,
    ),
    Mutant(
        "layer: sequences read up to T",
        LAYER_FORWARD,
        "real = None if lengths is None else check_lengths(lengths, T, B)",
        "real = None",
        test_layers.check_padding_changes_nothing,
    ),
    Mutant(
        "layer: forget bias on the input gate", "layers.start_layer", "b[H:2 * H] = bias", "b[:H] = bias", layer_start
    ),
    Mutant(
        "layer: update bias on the candidate", "layers.start_layer", "b[H:2 * H] = bias", "b[-H:] = bias", layer_start
    ),
    Mutant(
        "layer: one block for all gates",
        "layers.start_layer",
        "np.concatenate([initial_matrix(scheme, H, rng) for _ in range(rows)])",
        "initial_matrix('torch', rows * H, rng)[:, :H]",
        layer_start,
    ),
    Mutant("stack: backward chain not reversed", PAIR_FORWARD, "reverse_sequences(x, lengths)", "x", stack_torch),
    Mutant(
        "stack: backward chain not reversed back", PAIR_FORWARD, "reverse_sequences(back, lengths)", "back", stack_torch
    ),
    Mutant(
        "stack: reversed over T, not over the length",
        PAIR_FORWARD,
        "reverse_sequences(x, lengths)",
        "reverse_sequences(x)",
        stack_torch,
    ),
    Mutant(
        "stack: halves swapped",
        PAIR_FORWARD,
        "[ahead, reverse_sequences(back, lengths)]",
        "[reverse_sequences(back, lengths), ahead]",
        stack_torch,
    ),
    Mutant(
        "stack: last states of the directions swapped",
        PAIR_FORWARD,
        "Both(ahead_last, back_last)",
        "Both(back_last, ahead_last)",
        stack_torch,
    ),
    Mutant(
        "stack: one initial state for both directions", PAIR_FORWARD, "state.backward", "state.forward", stack_torch
    ),
    Mutant(
        "stack: backward chain not told the lengths",
        PAIR_FORWARD,
        "layer_forward(layer.backward, reverse_sequences(x, lengths), state.backward, lengths)",
        "layer_forward(layer.backward, reverse_sequences(x, lengths), state.backward)",
        stack_torch,
    ),
    Mutant(
        "stack: both chains get the forward half's gradient",
        PAIR_BACKWARD,
        "dy[..., H:]",
        "dy[..., :H]",
        stack_torch,
    ),
    Mutant(
        "stack: gradient not reversed for the backward chain",
        PAIR_BACKWARD,
        "reverse_sequences(dy[..., H:], lengths)",
        "dy[..., H:]",
        stack_torch,
    ),
    Mutant(
        "stack: gradient of x not reversed back",
        PAIR_BACKWARD,
        "reverse_sequences(back.x, lengths)",
        "back.x",
        stack_torch,
    ),
    Mutant(
        "stack: gradient of x reversed over T",
        PAIR_BACKWARD,
        "reverse_sequences(back.x, lengths)",
        "reverse_sequences(back.x)",
        stack_torch,
    ),
    Mutant(
        "stack: gradient through the backward chain dropped",
        PAIR_BACKWARD,
        "ahead.x + reverse_sequences(back.x, lengths)",
        "ahead.x",
        stack_torch,
    ),
    Mutant(
        "stack: gradients of the directions swapped",
        PAIR_BACKWARD,
        "Both(ahead.weights, back.weights)",
        "Both(back.weights, ahead.weights)",
        stack_torch,
    ),
    Mutant(
        "stack: gradients from the top down", STACK_BACKWARD, "tuple(by_layer[::-1])", "tuple(by_layer)", stack_torch
    ),
    Mutant(
        "stack: initial gradients from the top down",
        STACK_BACKWARD,
        "tuple(states[::-1])",
        "tuple(states)",
        stack_torch,
    ),
    Mutant(
        "stack: gradients of the last states dropped",
        STACK_BACKWARD,
        "_each('dlast', dlast, layers)",
        "_each('dlast', None, layers)",
        stack_torch,
    ),
    Mutant(
        "stack: initial states dropped",
        STACK_FORWARD,
        "_each('states', states, layers)",
        "_each('states', None, layers)",
        stack_torch,
    ),
    Mutant(
        "stack: lengths dropped",
        STACK_FORWARD,
        "_layer_forward(layer, below, state, real)",
        "_layer_forward(layer, below, state, None)",
        stack_torch,
    ),
    Mutant(
        "stack: directions joined in the wrong order",
        "stacks.join_directions",
        "Both(*directions)",
        "Both(*directions[::-1])",
        stack_torch,
    ),
    Mutant(
        "stack: residual connection dropped",
        STACK_FORWARD,
        "out + below if connect == 'residual' and out.shape == below.shape else out",
        "out",
        stack_connections,
    ),
    Mutant(
        "stack: dense connections in the wrong order",
        STACK_FORWARD,
        "np.concatenate(outputs, axis=-1)",
        "np.concatenate(outputs[::-1], axis=-1)",
        stack_connections,
    ),
    Mutant(
        "stack: dense without what is far below",
        STACK_FORWARD,
        "np.concatenate(outputs, axis=-1)",
        "np.concatenate([outputs[0], *outputs[-1:]] if len(outputs) > 1 else outputs, axis=-1)",
        stack_connections,
    ),
    Mutant(
        "stack: residual gradient dropped",
        STACK_BACKWARD,
        "dbelow + dy if connect == 'residual' and dbelow.shape == dy.shape else dbelow",
        "dbelow",
        stack_differences,
    ),
    Mutant("stack: residual gradient without the layer", STACK_BACKWARD, "dbelow + dy", "dy", stack_differences),
    Mutant("stack: dense gradients not added up", STACK_BACKWARD, "old + part", "part", stack_differences),
    Mutant(
        "stack: padding of x carried up",
        STACK_FORWARD,
        "x = np.where(padding_mask(real, len(x))[..., None], x, x.dtype.type(0))",
        "pass",
        stack_padding,
    ),
    Mutant(
        "stack: gradient at padding leaks",
        STACK_BACKWARD,
        "top = np.where(padding_mask(lengths, T)[..., None], top, top.dtype.type(0))",
        "pass",
        stack_padding,
    ),
    Mutant("padding: reversed over T", "padding.reverse_sequences", "last - t", "len(x) - 1 - t", padding_hand),
    Mutant("padding: last step not reversed", "padding.reverse_sequences", "t <= last", "t < last", padding_hand),
    Mutant(
        "padding: mask one step too long",
        "padding.padding_mask",
        "np.arange(T)[:, None] < check_lengths(lengths, T)",
        "np.arange(T)[:, None] <= check_lengths(lengths, T)",
        padding_hand,
    ),
    Mutant("padding: at the front", "padding.pad", "x[:len(part), b] = part", "x[-len(part):, b] = part", padding_hand),
    Mutant(
        "padding: mean over T",
        "padding._shares",
        "padding_mask(lengths, T) / check_lengths(lengths, T, B)",
        "padding_mask(lengths, T) / T",
        padding_hand,
    ),
    Mutant(
        "padding: forward half read at T",
        "padding.last_states",
        "hs[last, np.arange(B)]",
        "hs[-1].copy()",
        padding_last,
    ),
    Mutant(
        "padding: backward half read at the end",
        "padding.last_states",
        "ends[:, H:] = hs[0, :, H:]",
        "pass",
        padding_last,
    ),
    Mutant(
        "padding: the step after the last",
        "padding.last_states",
        "check_lengths(lengths, T, B) - 1",
        "check_lengths(lengths, T, B) % T",
        padding_last,
    ),
    Mutant(
        "padding: gradient of the backward half at the end, too",
        "padding.last_states_backward",
        "dhs[last, np.arange(B), H:] = 0",
        "pass",
        test_padding.check_transposes,
    ),
    Mutant(
        "padding: gradient of the mean at padding",
        "padding.mean_states_backward",
        "_shares(check_count('T', T), len(dmean), lengths, dmean.dtype)",
        "_shares(check_count('T', T), len(dmean), None, dmean.dtype)",
        test_padding.check_transposes,
    ),
    Mutant(
        "padding: a length of 0 accepted",
        "padding.check_lengths",
        "array < 1",
        "array < 0",
        test_padding.check_refusals,
    ),
    Mutant(
        "padding: a length beyond T accepted",
        "padding.check_lengths",
        "array > T",
        "array > T + 1",
        test_padding.check_refusals,
    ),
    Mutant("bidirectional: input not reversed", "bidirectional.bidirectional", "reverse_sequences(x)", "x", both_hand),
    Mutant(
        "bidirectional: states not reversed back",
        "bidirectional.bidirectional",
        "reverse_sequences(back)",
        "back",
        both_hand,
    ),
    Mutant(
        "bidirectional: halves swapped",
        "bidirectional.bidirectional",
        "same_dtype(ahead, reverse_sequences(back))",
        "same_dtype(reverse_sequences(back), ahead)",
        both_hand,
    ),
    Mutant(
        "bidirectional: one layer in both directions",
        "bidirectional.bidirectional",
        "backward_layer(reverse_sequences(x))",
        "forward_layer(reverse_sequences(x))",
        test_bidirectional.check_against_torch,
    ),
    Mutant(
        "bidirectional: two different H accepted",
        "bidirectional.bidirectional",
        "_states('forward_layer', forward_layer(x), steps)",
        "_states('forward_layer', forward_layer(x), dict(steps))",
        test_bidirectional.check_refusals,
    ),
    Mutant(
        "counts: three gates in an LSTM",
        "counts",
        "{'tanh': 1, 'relu': 1, 'gru': 3, 'lstm': 4}",
        "{'tanh': 1, 'relu': 1, 'gru': 3, 'lstm': 3}",
        counts_layers,
    ),
    Mutant(
        "counts: the layer above reads one half",
        "counts.layer_parameters",
        "directions * H + (width if connect == 'dense' else 0)",
        "H + (width if connect == 'dense' else 0)",
        counts_layers,
    ),
    Mutant(
        "counts: every layer reads x",
        "counts.layer_parameters",
        "width = directions * H + (width if connect == 'dense' else 0)",
        "pass",
        counts_layers,
    ),
    Mutant("counts: one bias, whatever is asked", "counts.layer_parameters", "biases * H", "H", counts_layers),
    Mutant(
        "counts: dense connections not counted",
        "counts.layer_parameters",
        "width if connect == 'dense' else 0",
        "0",
        test_counts.check_layers_against_our_own,
    ),
    Mutant("counts: H from below, never from above", "counts.nearest_units", "(low, high)", "(low,)", counts_units),
    Mutant(
        "counts: the nearest from the wrong half",
        "counts.nearest_units",
        "count(middle) < total",
        "count(middle) > total",
        counts_units,
    ),
    Mutant("containers: arrays given out in reverse", "containers.close_arrays", "rest[::-1]", "rest", containers_back),
    Mutant(
        "containers: a dict comes back as a list",
        "containers._close",
        "dict(zip(like, parts, strict=True))",
        "parts",
        containers_back,
    ),
    Mutant(
        "containers: inner containers taken for arrays",
        "containers._is_container",
        "isinstance(part, dict | tuple)",
        "isinstance(part, dict)",
        test_containers.check_names_and_order,
    ),
    Mutant(
        "containers: the outer name forgotten",
        "containers.open_arrays",
        "open_arrays(name, part)",
        "open_arrays(argument, part)",
        test_containers.check_names_and_order,
    ),
    Mutant(
        "containers: a wrong number accepted",
        "containers.close_arrays",
        "len(arrays) != wanted",
        "len(arrays) < wanted",
        test_containers.check_wrong_number_is_refused,
    ),
    Mutant(
        "containers: a list of numbers opened",
        "containers._is_container",
        "isinstance(inner, np.ndarray) or _is_container(inner)",
        "True",
        test_containers.check_lists,
    ),
    Mutant(
        "containers: a list of layers taken for numbers",
        "containers._is_container",
        "isinstance(inner, np.ndarray) or _is_container(inner)",
        "False",
        test_containers.check_lists,
    ),
    Mutant(
        "map: largest row in place of all",
        SENSITIVITY,
        "(jacobian**2).sum(axis=(1, 2))",
        "(jacobian**2).sum(axis=2).max(axis=1)",
        test_sensitivity.check_against_torch,
    ),
    Mutant(
        "map: all outputs at once",
        SENSITIVITY,
        "dy[t] = np.eye(M)",
        "dy[:] = np.eye(M)",
        test_sensitivity.check_scalar_chain,
    ),
    Mutant(
        "map: rows and columns swapped",
        SENSITIVITY,
        "sizes[t] = np.sqrt((jacobian**2).sum(axis=(1, 2)))",
        "sizes[:, t] = np.sqrt((jacobian**2).sum(axis=(1, 2)))",
        test_sensitivity.check_scalar_chain,
    ),
    Mutant("map: lengths ignored", SENSITIVITY, "np.repeat(np.asarray(lengths), M)", "None", sees_zeros),
    Mutant(
        "map: connections ignored",
        SENSITIVITY,
        "stack_forward(layers, np.repeat(one, M, axis=1), batch, connect)",
        "stack_forward(layers, np.repeat(one, M, axis=1), batch)",
        sees_zeros,
    ),
    Mutant("depth: future dropped from the norm", DEPTH, "direct + after[0]", "direct", depth_torch),
    Mutant("depth: cell dropped", DEPTH, "(direct + after[0], *after[1:])", "(direct + after[0],)", depth_torch),
    Mutant("depth: nothing comes back in time", DEPTH, "future[index] = back.state", "pass", depth_torch),
    Mutant("depth: skip dropped", DEPTH, "da + direct if skips else da", "da", depth_torch),
    Mutant("depth: dense overwrites", DEPTH, "below += part", "below[:] = part", depth_torch),
    Mutant("depth: scale forgotten", DEPTH, "scale += float(np.log10(peak))", "pass", depth_torch),
    Mutant("depth: a loss at every step", DEPTH, "t == T - 1", "True", test_sensitivity.check_paths_are_counted),
    Mutant(
        "grammar: the verb does not decide",
        "grammars.clause",
        "_plain(verb[many])",
        "_plain(verb[2])",
        test_grammars.check_deciding_word,
    ),
    Mutant(
        "grammar: left and right confused",
        "grammars.clause",
        "-distance",
        "distance",
        test_grammars.check_deciding_word,
    ),
    Mutant(
        "grammar: one word too many between",
        "grammars.clause",
        "filler(pick, distance - 1)",
        "filler(pick, distance)",
        test_grammars.check_deciding_word,
    ),
    Mutant(
        "grammar: what stands between gives the number away",
        "grammars.clause",
        "filler(pick, distance - 1)",
        "[PHRASES[0][many]] * (distance - 1)",
        test_grammars.check_coin,
    ),
    Mutant(
        "ceiling: one word less", "grammars.ceiling", "where <= future", "where < future", test_grammars.check_ceilings
    ),
    Mutant("tone: the left word unheard", "grammars.tone", "good != negated", "good", test_grammars.check_tone),
    Mutant(
        "review: but joins like and",
        "grammars.review",
        "label if kind != 'but' else 1 - label",
        "label",
        test_grammars.check_opinions,
    ),
    Mutant(
        "review: negated half the time",
        "grammars.opinion",
        "pick((0, 0, 0, 1))",
        "pick((0, 1))",
        test_grammars.check_bag_of_words,
    ),
    Mutant(
        "delay: asked earlier",
        "grammars.delayed",
        "np.concatenate([unasked, targets])",
        "np.concatenate([targets, unasked])",
        test_grammars.check_delay,
    ),
    Mutant(
        "word vectors: the end is the last word",
        "grammars.word_vectors",
        "np.eye(V + 1)[ids][..., :V]",
        "np.eye(V)[ids]",
        test_grammars.check_word_vectors,
    ),
    Mutant(
        "backward reader: padding first",
        "readers.reader_batch",
        "reverse_sequences(x, lengths)",
        "x[::-1]",
        test_readers.check_backward,
    ),
    Mutant(
        "backward reader: tags not turned back",
        "readers.tag",
        "reverse_sequences(p, lengths)",
        "p",
        test_readers.check_tags,
    ),
    Mutant("delayed reader: tags too early", "readers.tag", "p[delay:]", "p[:-delay]", test_readers.check_tags),
    Mutant(
        "ceiling of the backward reader",
        "readers.best_accuracy",
        "0.0 if reader == 'backward' else np.inf",
        "np.inf",
        test_readers.check_closed_forms,
    ),
    Mutant(
        "adding: both marks anywhere",
        "data.adding_task",
        "rng.integers(half, T, size=B)",
        "rng.integers(T, size=B)",
        test_data.check_adding_layout,
    ),
    Mutant(
        "adding: all numbers count",
        "data.adding_task",
        "(numbers * marks).sum(axis=0)",
        "numbers.sum(axis=0)",
        test_data.check_adding_layout,
    ),
    Mutant(
        "network: the output's bias forgotten",
        "networks.network_gradient",
        "Network(stack_backward(dhs, cache).layers, dW_y, db_y)",
        "Network(stack_backward(dhs, cache).layers, dW_y, 0 * db_y)",
        test_networks.check_lstm_gradient,
    ),
    Mutant(
        "network: Adam starts anew at each update",
        "networks.train_network",
        "adam_step(network, gradient, state, rate)",
        "adam_step(network, gradient, adam_start(network), rate)",
        test_networks.check_lstm_update,
    ),
    Mutant(
        "network: never clipped",
        "networks.train_network",
        "clip_by_norm(gradient, threshold)",
        "(gradient, clip_by_norm(gradient, threshold)[1])",
        test_networks.check_equals_the_tanh_network,
    ),
    Mutant(
        "network: trained without the lengths",
        "networks.train_network",
        "rest[0] if rest else None",
        "None",
        test_networks.check_lengths_reach_the_layers,
    ),
    Mutant(
        "network: look never stops it",
        "networks.train_network",
        "look is not None and look(done, network)",
        "look is not None and look(done, network) and False",
        test_networks.check_look_stops,
    ),
    Mutant(
        "network: what is not asked counts as wrong",
        "networks.network_accuracy",
        "(outputs.argmax(axis=-1) == asked)[asked >= 0]",
        "outputs.argmax(axis=-1) == asked",
        test_networks.check_accuracy_by_hand,
    ),
    Mutant(
        "recording: input and forget gate swapped",
        "recording.record",
        "(i, f, g, o, cs, hs, outputs)",
        "(f, i, g, o, cs, hs, outputs)",
        test_recording.check_recording,
    ),
    Mutant(
        "share explained: every label weighs the same",
        "recording.share_explained",
        "(names == name).sum() * spread[names == name].mean(axis=0) ** 2",
        "spread[names == name].mean(axis=0) ** 2",
        test_recording.check_shares_explained,
    ),
    Mutant(
        "arrivals: who is missed has come",
        "arrivals.arrivals",
        "np.where(kinds == 0, np.arange(S)[:, None], 0)",
        "np.where(kinds < 2, np.arange(S)[:, None], 0)",
        test_arrivals.check_text,
    ),
    Mutant(
        "arrivals: a miss counts as coming",
        "arrivals.last_arrival",
        "word if before == 'comes' else came",
        "word if before in ('comes', 'miss') else came",
        test_arrivals.check_last_arrival,
    ),
]


PACKAGES = ("gates", "captioning", "seq2seq", "linear_recurrence")

LSTM_STEP, LSTM_FORWARD, LSTM_BACKWARD = (f"gates.lstm.lstm_{part}" for part in ("step", "forward", "backward"))
GRU_STEP, GRU_FORWARD, GRU_BACKWARD = (f"gates.gru.gru_{part}" for part in ("step", "forward", "backward"))
lstm_step, lstm_forward, lstm_backward = (
    getattr(test_gates, f"check_lstm_{p}") for p in ("step", "forward", "backward")
)
gru_step, gru_forward, gru_backward = (getattr(test_gates, f"check_gru_{p}") for p in ("step", "forward", "backward"))
FROM_TORCH, WHOLE, DIRECT = "gates.torch_weights.from_torch", "gates.paths", "gates.paths.log_direct_path"
from_torch, to_torch = test_gates.check_from_torch, test_gates.check_to_torch
whole, direct, bias_alone = (
    test_gates.check_whole_jacobian,
    test_gates.check_direct_path,
    test_gates.check_without_recurrent_weights,
)


def gate_swaps(name: str, target: str, old: str, killer: Callable[[ModuleType], None]) -> list[Mutant]:
    """Every pair of the names that stand left of " = " in `old` exchanged."""
    names, right = old.split(" = ")[0].split(", "), old.split(" = ")[1]
    rows = []
    for a, b in itertools.combinations([gate for gate in names if gate != "_"], 2):
        exchanged = ", ".join({a: b, b: a}.get(gate, gate) for gate in names)
        rows.append(Mutant(f"{name}: {a} for {b}", target, old, f"{exchanged} = {right}", killer))
    return rows


MUTANTS += [
    *gate_swaps(
        "lstm step",
        LSTM_STEP,
        "z_i, z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 4, axis=-1)",
        lstm_step,
    ),
    # Before the nonlinearity: after it, the product of i and g would hide that they were exchanged.
    *(
        Mutant(
            f"lstm forward: {'ifgo'[a]} for {'ifgo'[b]}",
            LSTM_FORWARD,
            "tanh(z_gates, gate)",
            f"tanh(z_gates[{[{a: b, b: a}.get(k, k) for k in range(4)]}], gate)",
            lstm_forward,
        )
        for a, b in itertools.combinations(range(4), 2)
    ),
    *gate_swaps("lstm forward, peepholes", LSTM_FORWARD, "z_i, z_f, _, z_o = z_gates", lstm_forward),
    *gate_swaps("lstm backward", LSTM_BACKWARD, "i, f, g, o = gates.swapaxes(0, 1)", lstm_backward),
    *gate_swaps(
        "lstm backward, factors",
        LSTM_BACKWARD,
        "factor_i, factor_f, factor_g, factor_o = factor.swapaxes(0, 1)",
        lstm_backward,
    ),
    *gate_swaps("gru step, inputs", GRU_STEP, "x_r, x_z, x_n = np.split(x @ W_x.T + b_x, 3, axis=-1)", gru_step),
    *gate_swaps("gru step, weights", GRU_STEP, "W_r, W_z, W_n = np.split(W_h, 3)", gru_step),
    *gate_swaps("gru step, biases", GRU_STEP, "b_r, b_z, b_n = np.split(b_h, 3)", gru_step),
    *gate_swaps("gru forward", GRU_FORWARD, "r, z, n = gate", gru_forward),
    *gate_swaps("gru backward", GRU_BACKWARD, "r, z, n = gates.swapaxes(0, 1)", gru_backward),
    *gate_swaps(
        "gru backward, factors", GRU_BACKWARD, "factor_r, factor_z, factor_u = factor.swapaxes(0, 1)", gru_backward
    ),
    Mutant(
        "lstm gates: names in another order",
        "gates.lstm.lstm_gates",
        "np.concatenate(cache.gates)",
        "np.concatenate(cache.gates)[:, [0, 1, 3, 2]]",
        test_gates.check_lstm_gates,
    ),
    Mutant(
        "gru gates: r and z exchanged",
        "gates.gru.gru_gates",
        "np.concatenate(cache.gates)",
        "np.concatenate(cache.gates)[:, [1, 0, 2]]",
        test_gates.check_gru_gates,
    ),
    Mutant("lstm step: W_h transposed", LSTM_STEP, "h @ W_h.T", "h @ np.hstack(np.split(W_h, 4))", lstm_step),
    Mutant("lstm step: no input", LSTM_STEP, "x @ W_x.T + h @ W_h.T + b", "h @ W_h.T + b", lstm_step),
    Mutant("lstm step: no bias", LSTM_STEP, "x @ W_x.T + h @ W_h.T + b", "x @ W_x.T + h @ W_h.T", lstm_step),
    Mutant("lstm step: peepholes i and f swapped", LSTM_STEP, "z_i + p[0] * c", "z_i + p[1] * c", lstm_step),
    Mutant("lstm step: f has the peephole of i", LSTM_STEP, "z_f + p[1] * c", "z_f + p[0] * c", lstm_step),
    Mutant("lstm step: o has the peephole of f", LSTM_STEP, "z_o + p[2] * c", "z_o + p[1] * c", lstm_step),
    Mutant("lstm step: o sees the old cell", LSTM_STEP, "c = f * c + i * g", "pass", lstm_step),
    Mutant("lstm step: kept and written exchanged", LSTM_STEP, "f * c + i * g", "i * c + f * g", lstm_step),
    Mutant("lstm step: coupled gates", LSTM_STEP, "f * c + i * g", "f * c + (1 - f) * g", lstm_step),
    Mutant("lstm step: cell shown without tanh", LSTM_STEP, "o * np.tanh(c)", "o * c", lstm_step),
    Mutant("lstm step: candidate a gate", LSTM_STEP, "np.tanh(z_g)", "sigmoid(z_g)", lstm_step),
    Mutant("sigmoid: z doubled", "activations._sigmoid", "np.abs(z)", "np.abs(2 * z)", test_activations.check_sigmoid),
    Mutant(
        "lstm forward: W_h transposed",
        LSTM_FORWARD,
        "np.ascontiguousarray(W_h.T * rows)",
        "np.hstack(np.split(W_h, 4)) * rows",
        lstm_forward,
    ),
    Mutant("lstm forward: past dropped", LSTM_FORWARD, "dot(h, W_h_T, z)", "z.fill(0)", lstm_forward),
    Mutant("lstm forward: no input", LSTM_FORWARD, "add(z, from_x, z)", "pass", lstm_forward),
    Mutant("lstm forward: no bias", LSTM_FORWARD, "stretch += b_half", "pass", lstm_forward),
    Mutant("lstm forward: bias not halved", LSTM_FORWARD, "b * rows", "b", lstm_forward),
    Mutant("lstm forward: gates not shifted", LSTM_FORWARD, "add(gate, shift, gate)", "pass", lstm_forward),
    Mutant(
        "lstm forward: h_0 ignored", LSTM_FORWARD, "hs[0], cs[0] = h, c = h0, c0", "h, c = 0 * h0, c0", lstm_forward
    ),
    Mutant(
        "lstm forward: c_0 ignored", LSTM_FORWARD, "hs[0], cs[0] = h, c = h0, c0", "h, c = h0, 0 * c0", lstm_forward
    ),
    Mutant("lstm forward: states stay", LSTM_FORWARD, "h, c = h_t, c_t", "pass", lstm_forward),
    Mutant("lstm forward: nothing kept", LSTM_FORWARD, "multiply(f, c, c_t)", "c_t.fill(0)", lstm_forward),
    Mutant("lstm forward: nothing written", LSTM_FORWARD, "add(c_t, new, c_t)", "pass", lstm_forward),
    Mutant("lstm forward: cell shown without tanh", LSTM_FORWARD, "tanh(c_t, tanh_c)", "tanh_c[:] = c_t", lstm_forward),
    Mutant("lstm forward: peephole of i is that of f", LSTM_FORWARD, "0.5 * p[0] * c", "0.5 * p[1] * c", lstm_forward),
    Mutant("lstm forward: peephole of f is that of i", LSTM_FORWARD, "0.5 * p[1] * c", "0.5 * p[0] * c", lstm_forward),
    Mutant("lstm forward: peephole of o is that of f", LSTM_FORWARD, "p[2] * c_t", "p[1] * c_t", lstm_forward),
    Mutant("lstm forward: o sees the old cell", LSTM_FORWARD, "p[2] * c_t", "p[2] * c", lstm_forward),
    Mutant("lstm forward: o peephole halved", LSTM_FORWARD, "2 * z_o + p[2] * c_t", "z_o + p[2] * c_t", lstm_forward),
    Mutant(
        "lstm forward: later stretches have the first inputs",
        LSTM_FORWARD,
        "x[steps].reshape(-1, D)",
        "x[:n].reshape(-1, D)",
        test_gates.check_long_sequences,
    ),
    Mutant(
        "lstm backward: W_h transposed",
        LSTM_BACKWARD,
        "dot(dz, W_h, dh)",
        "dot(dz, np.vstack([w.T for w in np.split(W_h, 4)]), dh)",
        lstm_backward,
    ),
    Mutant("lstm backward: future dropped", LSTM_BACKWARD, "dot(dz, W_h, dh)", "dh.fill(0)", lstm_backward),
    Mutant("lstm backward: loss above dropped", LSTM_BACKWARD, "add(dh, direct, dh)", "pass", lstm_backward),
    Mutant("lstm backward: dc_T ignored", LSTM_BACKWARD, "dc_T is None", "True", lstm_backward),
    Mutant("lstm backward: direct path without f", LSTM_BACKWARD, "multiply(dc, f_t, dc)", "pass", lstm_backward),
    Mutant("lstm backward: direct path dropped", LSTM_BACKWARD, "multiply(dc, f_t, dc)", "dc.fill(0)", lstm_backward),
    Mutant("lstm backward: cell not shown", LSTM_BACKWARD, "add(dc, through, dc)", "pass", lstm_backward),
    Mutant(
        "lstm backward: sign of a slope",
        LSTM_BACKWARD,
        "subtract(1, slope, slope)",
        "subtract(slope, 1, slope)",
        lstm_backward,
    ),
    Mutant("lstm backward: slope without o", LSTM_BACKWARD, "slope *= o", "pass", lstm_backward),
    Mutant(
        "lstm backward: o by dc",
        LSTM_BACKWARD,
        "multiply(from_h, dh, dz_o)",
        "multiply(from_h, dc, dz_o)",
        lstm_backward,
    ),
    Mutant(
        "lstm backward: f by the new cell",
        LSTM_BACKWARD,
        "factor_f *= cs[steps]",
        "factor_f *= cs[1:][steps]",
        lstm_backward,
    ),
    Mutant(
        "lstm backward: o by the cell itself",
        LSTM_BACKWARD,
        "factor_o *= tanh_cs[steps]",
        "factor_o *= cs[1:][steps]",
        lstm_backward,
    ),
    Mutant("lstm backward: i not by g", LSTM_BACKWARD, "factor_i *= g", "pass", lstm_backward),
    Mutant("lstm backward: g not by i", LSTM_BACKWARD, "factor_g *= i", "pass", lstm_backward),
    Mutant("lstm backward: W_h by new states", LSTM_BACKWARD, "hs[steps]", "hs[1:][steps]", lstm_backward),
    Mutant("lstm backward: o's peephole dropped", LSTM_BACKWARD, "dc += p[2] * dz_o", "pass", lstm_backward),
    Mutant(
        "lstm backward: peepholes of i and f swapped",
        LSTM_BACKWARD,
        "p[0] * dz_ifg[0] + p[1] * dz_ifg[1]",
        "p[1] * dz_ifg[0] + p[0] * dz_ifg[1]",
        lstm_backward,
    ),
    Mutant(
        "lstm backward: gradient of o's peephole by the old cell",
        LSTM_BACKWARD,
        "(cs[steps], cs[steps], cs[1:][steps])",
        "(cs[steps], cs[steps], cs[steps])",
        lstm_backward,
    ),
    Mutant("lstm backward: gradients of peepholes swapped", LSTM_BACKWARD, "(0, 1, 3)", "(1, 0, 3)", lstm_backward),
    Mutant(
        "lstm backward: only the first chunk of W_h",
        LSTM_BACKWARD,
        "dW_h_T += hs[steps].reshape(-1, H).T @ rows",
        "dW_h_T = hs[steps].reshape(-1, H).T @ rows",
        test_gates.check_long_sequences,
    ),
    Mutant("gru step: reset placed the other way", GRU_STEP, "reset == 'after'", "reset == 'before'", gru_step),
    Mutant("gru step: always after", GRU_STEP, "reset == 'after'", "True", gru_step),
    Mutant("gru step: always before", GRU_STEP, "reset == 'after'", "False", gru_step),
    Mutant("gru step: bias outside the reset", GRU_STEP, "r * (h @ W_n.T + b_n)", "r * (h @ W_n.T) + b_n", gru_step),
    Mutant("gru step: W_h transposed", GRU_STEP, "h @ W_z.T", "h @ W_z", gru_step),
    Mutant("gru step: polarity of z", GRU_STEP, "(1 - z) * n + z * h", "z * n + (1 - z) * h", gru_step),
    Mutant("gru forward: reset placed the other way", GRU_FORWARD, "reset == 'after'", "reset != 'after'", gru_forward),
    Mutant("gru forward: always after", GRU_FORWARD, "reset == 'after'", "True", gru_forward),
    Mutant("gru forward: always before", GRU_FORWARD, "reset == 'after'", "False", gru_forward),
    Mutant(
        "gru forward: W_h transposed",
        GRU_FORWARD,
        "np.ascontiguousarray(W_h.T * half)",
        "np.hstack(np.split(W_h, 3)) * half",
        gru_forward,
    ),
    Mutant("gru forward: bias outside the reset", GRU_FORWARD, "b[2 * H :] = b_x[2 * H :]", "pass", gru_forward),
    Mutant(
        "gru forward: candidate's past without bias",
        GRU_FORWARD,
        "add(from_h_n, b_n, past)",
        "past[:] = from_h_n",
        gru_forward,
    ),
    Mutant("gru forward: not reset", GRU_FORWARD, "multiply(r, past, new)", "new[:] = past", gru_forward),
    Mutant("gru forward: before, not reset", GRU_FORWARD, "multiply(r, h, past)", "past[:] = h", gru_forward),
    Mutant(
        "gru forward: polarity of z", GRU_FORWARD, "multiply(new, z, new)", "multiply(new, 1 - z, new)", gru_forward
    ),
    Mutant("gru forward: sign", GRU_FORWARD, "subtract(h, n, new)", "subtract(n, h, new)", gru_forward),
    Mutant("gru forward: state stays", GRU_FORWARD, "h = h_t", "pass", gru_forward),
    Mutant("gru forward: no input to the candidate", GRU_FORWARD, "add(x_n, new, n)", "n[:] = new", gru_forward),
    Mutant(
        "gru backward: reset placed the other way", GRU_BACKWARD, "reset == 'after'", "reset != 'after'", gru_backward
    ),
    Mutant("gru backward: always after", GRU_BACKWARD, "reset == 'after'", "True", gru_backward),
    Mutant("gru backward: always before", GRU_BACKWARD, "reset == 'after'", "False", gru_backward),
    Mutant(
        "gru backward: W_h transposed",
        GRU_BACKWARD,
        "dot(du, W_h, dh)",
        "dot(du, np.vstack([w.T for w in np.split(W_h, 3)]), dh)",
        gru_backward,
    ),
    Mutant(
        "gru backward: before, W_n transposed",
        GRU_BACKWARD,
        "dot(dz_n, W_n, dpast)",
        "dot(dz_n, W_n.T, dpast)",
        gru_backward,
    ),
    Mutant("gru backward: before, reset dropped", GRU_BACKWARD, "multiply(dpast, r_t, dpast)", "pass", gru_backward),
    Mutant("gru backward: before, path of r h dropped", GRU_BACKWARD, "add(dh, dpast, dh)", "pass", gru_backward),
    Mutant(
        "gru backward: before, W_n by the whole past",
        GRU_BACKWARD,
        "past.reshape(-1, H).T @ rows[:, 2 * H :]",
        "old.reshape(-1, H).T @ rows[:, 2 * H :]",
        gru_backward,
    ),
    Mutant(
        "gru backward: du without r",
        GRU_BACKWARD,
        "multiply(factor_n, r, factor_u)",
        "factor_u[...] = factor_n",
        gru_backward,
    ),
    Mutant("gru backward: r by the raw state", GRU_BACKWARD, "factor_r *= past", "factor_r *= old", gru_backward),
    Mutant(
        "gru backward: sign of z",
        GRU_BACKWARD,
        "subtract(old, n, factor_u)",
        "subtract(n, old, factor_u)",
        gru_backward,
    ),
    Mutant("gru backward: polarity of z", GRU_BACKWARD, "subtract(1, z, factor_u)", "factor_u[...] = z", gru_backward),
    Mutant(
        "gru backward: one bias for both", GRU_BACKWARD, "db_h += ones @ past_rows", "db_h += ones @ rows", gru_backward
    ),
    Mutant(
        "gru backward: inputs get du",
        GRU_BACKWARD,
        "dot(rows, W_x, dx[steps].reshape(-1, D))",
        "dot(past_rows, W_x, dx[steps].reshape(-1, D))",
        gru_backward,
    ),
    Mutant(
        "gru backward: only the first chunk of W_x",
        GRU_BACKWARD,
        "dW_x_T += x[steps].reshape(-1, D).T @ rows",
        "dW_x_T = x[steps].reshape(-1, D).T @ rows",
        test_gates.check_long_sequences,
    ),
    Mutant(
        "leak: input at full weight", "gates.leak.leaky_integrate", "(1 - kept) * x_t", "x_t", test_gates.check_leak
    ),
    Mutant(
        "leak: start ignored",
        "gates.leak.leaky_integrate",
        "np.broadcast_to(start, x.shape[1:])",
        "np.zeros(x.shape[1:])",
        test_gates.check_leak,
    ),
    Mutant("half-life: a third", "gates.leak.half_life", "np.log(0.5)", "np.log(1 / 3)", test_gates.check_half_life),
    Mutant(
        "bias half-life: sign",
        "gates.leak.bias_half_life",
        "np.logaddexp(0, -b)",
        "np.logaddexp(0, b)",
        test_gates.check_half_life,
    ),
    Mutant(
        "forget bias: naive",
        "gates.leak.forget_bias",
        "np.expm1(np.log(2) / steps)",
        "(2 ** (1 / steps) - 1)",
        test_gates.check_half_life,
    ),
    Mutant("direct path: the input gate", DIRECT, "slice(H, 2 * H)", "slice(0, H)", direct),
    Mutant("direct path: in the order of time", DIRECT, "log_kept[:0:-1]", "log_kept[:-1]", direct),
    Mutant("direct path: one step late", DIRECT, "log_kept[:0:-1]", "log_kept[::-1][1:]", direct),
    Mutant("direct path: one bias of two", DIRECT, "weights[2:]", "weights[2:3]", direct),
    Mutant("direct path: the mean unit", DIRECT, "logs.max(axis=1)", "logs.mean(axis=1)", direct),
    Mutant(
        "direct path: log of a rounded gate", DIRECT, "-np.logaddexp(0, -z)", "np.log(1 / (1 + np.exp(-z)))", bias_alone
    ),
    Mutant(
        "whole Jacobian: h not a function of c",
        "gates.paths._total",
        "product[:, H:] + product[:, :H] * (o * (1 - tanh_c**2))",
        "product[:, H:]",
        whole,
    ),
    Mutant(
        "whole Jacobian: Frobenius norm",
        "gates.paths.log_whole_jacobian",
        "np.linalg.norm(_total(product, cache, gates, T - lag - 1), 2)",
        "np.linalg.norm(_total(product, cache, gates, T - lag - 1))",
        whole,
    ),
    Mutant(
        "whole Jacobian: what was divided out is lost",
        "gates.paths.log_whole_jacobian",
        "np.log(norms) + log_divided",
        "np.log(norms)",
        whole,
    ),
    Mutant(
        "whole Jacobian: in the order of time",
        "gates.paths._jacobians",
        "reversed(range(len(cache.x)))",
        "range(len(cache.x))",
        whole,
    ),
    *gate_swaps("whole Jacobian", "gates.paths._lstm_jacobian", "i, f, g, o = gates", whole),
    *gate_swaps("whole Jacobian", "gates.paths._lstm_jacobian", "W_i, W_f, W_g, W_o = np.split(cache.W_h, 4)", whole),
    *gate_swaps("whole Jacobian", "gates.paths._gru_jacobian", "r, z, n = gates", whole),
    *gate_swaps("whole Jacobian", "gates.paths._gru_jacobian", "W_r, W_z, W_n = np.split(cache.W_h, 3)", whole),
    Mutant(
        "whole Jacobian: reset the other way",
        "gates.paths._gru_jacobian",
        "cache.reset == 'after'",
        "cache.reset != 'after'",
        whole,
    ),
    Mutant("from torch: one bias of two", FROM_TORCH, "b_x + b_h", "b_x", from_torch),
    Mutant(
        "from torch: biases exchanged",
        FROM_TORCH,
        "GRUWeights(W_x, W_h, b_x, b_h)",
        "GRUWeights(W_x, W_h, b_h, b_x)",
        from_torch,
    ),
    Mutant("from torch: directions exchanged", FROM_TORCH, "tuple(ways)", "tuple(ways[::-1])", from_torch),
    Mutant(
        "from torch: layers exchanged",
        FROM_TORCH,
        "layers.append(tuple(ways))",
        "layers.insert(0, tuple(ways))",
        from_torch,
    ),
    Mutant(
        "to torch: biases exchanged",
        "gates.torch_weights.to_torch",
        "(W_x, W_h, b_x, rest[0] if rest else np.zeros_like(b_x))",
        "(W_x, W_h, rest[0] if rest else np.zeros_like(b_x), b_x)",
        to_torch,
    ),
    Mutant("to torch: bias twice", "gates.torch_weights.to_torch", "np.zeros_like(b_x)", "b_x", to_torch),
    Mutant(
        "to torch: directions exchanged",
        "gates.torch_weights.to_torch",
        "('', '_reverse')",
        "('_reverse', '')",
        to_torch,
    ),
]

ADDITIVE, DOT = "attention.additive_attention", "attention.dot_attention"
ADDITIVE_BACK, DOT_BACK = "attention.additive_backward", "attention.dot_backward"
attention_torch, attention_mean = test_attention.check_against_torch, test_attention.check_equal_scores_give_the_mean
attention_large = test_attention.check_one_large_score_gives_its_value
attention_scale = test_attention.check_the_scale_keeps_the_scores
attention_masked = test_attention.check_masked_places_do_not_matter
ONE_PATH, BEAM, TRACE = "decoding._one_path", "decoding.beam_steps", "decoding._trace"
exact_beam, slow_beam = test_decoding.check_a_wide_beam_is_exact, test_decoding.check_narrow_beams_against_a_slow_one
beam_ended, beam_one = test_decoding.check_what_has_ended_stays, test_decoding.check_width_one_is_greedy
greedy_hand, samples = test_decoding.check_greedy_by_hand, test_decoding.check_samples_follow_the_probabilities
numbers_back, dates_back = test_phrases.check_numbers_read_back, test_phrases.check_dates_read_back
numbers_digits, dates_end = (
    test_phrases.check_numbers_have_their_digits,
    test_phrases.check_no_day_beyond_the_calendar,
)
dates_drawn, batch_hand = test_phrases.check_dates_are_drawn_evenly, test_phrases.check_batch_by_hand
TEACHER, TRAIN = "seq2seq.training.teacher_forced", "seq2seq.training.train_seq2seq"
DECODER, ALIGNMENT = "seq2seq.translating.decoder", "seq2seq.translating.alignment"
DECODER_STEP, ATTEND, ENCODE = (f"seq2seq.model.{name}" for name in ("decoder_step", "attend", "encode"))
seq2seq_step, seq2seq_attend = test_seq2seq.check_decoder_step_against_numpy, test_seq2seq.check_attend_against_numpy
seq2seq_encode, seq2seq_start = test_seq2seq.check_encode_against_numpy, test_seq2seq.check_start
teacher_numpy, scheduled = test_seq2seq.check_teacher_forced_against_numpy, test_seq2seq.check_scheduled_sampling
first_loss, training_torch = test_seq2seq.check_first_loss_by_hand, test_seq2seq.check_training_against_torch
decoder_own = test_seq2seq.check_decoder_is_teacher_forced_on_its_own_output
translations, alignments = test_seq2seq.check_translations, test_seq2seq.check_alignment
seq2seq_arrays = test_seq2seq.check_arrays

MUTANTS += [
    Mutant(
        "additive: no query",
        ADDITIVE,
        "h @ W_q.T + values @ W_k.T",
        "values @ W_k.T + 0 * (h @ W_q.T)",
        attention_torch,
    ),
    Mutant(
        "additive: no keys", ADDITIVE, "h @ W_q.T + values @ W_k.T", "h @ W_q.T + 0 * (values @ W_k.T)", attention_large
    ),
    Mutant(
        "additive: no tanh",
        ADDITIVE,
        "np.tanh(h @ W_q.T + values @ W_k.T)",
        "h @ W_q.T + values @ W_k.T",
        attention_torch,
    ),
    Mutant(
        "dot: mask forgotten",
        DOT,
        "_masked_softmax((keys * q).sum(axis=-1) / np.sqrt(sizes['A']).astype(q.dtype), mask)",
        "_masked_softmax((keys * q).sum(axis=-1) / np.sqrt(sizes['A']).astype(q.dtype), None)",
        attention_masked,
    ),
    Mutant(
        "additive: mask forgotten",
        ADDITIVE,
        "_masked_softmax(hidden @ v, mask)",
        "_masked_softmax(hidden @ v, None)",
        attention_masked,
    ),
    Mutant("dot: scale missing", DOT, "np.sqrt(sizes['A']).astype(q.dtype)", "1", attention_scale),
    Mutant("dot: scaled by A", DOT, "np.sqrt(sizes['A'])", "np.float64(sizes['A'])", attention_scale),
    Mutant(
        "attention: softmax over the batch",
        "attention._masked_softmax",
        "weights.sum(axis=0)",
        "weights.sum(axis=1, keepdims=True)",
        attention_mean,
    ),
    Mutant(
        "attention: naive softmax",
        "attention._masked_softmax",
        "scores - scores.max(axis=0)",
        "scores",
        attention_large,
    ),
    Mutant(
        "attention: masked score 0",
        "attention._masked_softmax",
        "np.where(seen, scores, -np.inf)",
        "np.where(seen, scores, 0.0)",
        attention_masked,
    ),
    Mutant(
        "attention: no softmax backwards",
        "attention._scores_backward",
        "weights * (dweights - (weights * dweights).sum(axis=0))",
        "weights * dweights",
        attention_torch,
    ),
    Mutant(
        "attention: softmax backwards over the batch",
        "attention._scores_backward",
        "(weights * dweights).sum(axis=0)",
        "(weights * dweights).sum(axis=1, keepdims=True)",
        attention_torch,
    ),
    Mutant(
        "additive backward: values only as averaged",
        ADDITIVE_BACK,
        "weights[..., None] * d + dz @ W_k",
        "weights[..., None] * d",
        attention_torch,
    ),
    Mutant(
        "additive backward: values only as scored",
        ADDITIVE_BACK,
        "weights[..., None] * d + dz @ W_k",
        "dz @ W_k",
        attention_torch,
    ),
    Mutant(
        "additive backward: slope dropped",
        ADDITIVE_BACK,
        "dscores[..., None] * v * (1 - u * u)",
        "dscores[..., None] * v * np.ones_like(u)",
        attention_torch,
    ),
    Mutant(
        "additive backward: query of the last place alone", ADDITIVE_BACK, "dz.sum(axis=0)", "dz[-1]", attention_torch
    ),
    Mutant(
        "additive backward: v by the slope",
        ADDITIVE_BACK,
        'np.einsum("sb,sba->a", dscores, u)',
        'np.einsum("sb,sba->a", dscores, 1 - u * u)',
        attention_torch,
    ),
    Mutant("dot backward: scale missing", DOT_BACK, "np.sqrt(q.shape[-1]).astype(q.dtype)", "1", attention_torch),
    Mutant(
        "dot backward: query of the last place alone",
        DOT_BACK,
        "(dproducts * keys).sum(axis=0)",
        "(dproducts * keys)[-1]",
        attention_torch,
    ),
    Mutant(
        "dot backward: values through the scores",
        DOT_BACK,
        "weights[..., None] * d",
        "dscores[..., None] * d",
        attention_torch,
    ),
    Mutant(
        "greedy: least probable",
        "decoding.greedy_search",
        "scores.argmax(axis=-1)",
        "scores.argmin(axis=-1)",
        greedy_hand,
    ),
    Mutant(
        "greedy: the symbol before counts",
        ONE_PATH,
        "logs[np.arange(B), symbols]",
        "logs[np.arange(B), logs.argmin(axis=-1)]",
        greedy_hand,
    ),
    Mutant(
        "greedy: END counted twice",
        ONE_PATH,
        "np.where(ended, 0, logs[np.arange(B), symbols])",
        "logs[np.arange(B), symbols]",
        greedy_hand,
    ),
    Mutant("greedy: END never seen", ONE_PATH, "ended |= symbols == end", "pass", greedy_hand),
    Mutant(
        "greedy: state stays",
        ONE_PATH,
        "scores, state = step(symbols, state)",
        "scores, _ = step(symbols, state)",
        greedy_hand,
    ),
    Mutant(
        "sampling: temperature forgotten",
        "decoding.sample_search",
        "sample(np.maximum(scores, -1e300), rng, temperature)",
        "sample(np.maximum(scores, -1e300), rng)",
        samples,
    ),
    Mutant(
        "sampling: impossible symbols come",
        "decoding.sample_search",
        "np.maximum(scores, -1e300)",
        "np.maximum(scores, -5)",
        samples,
    ),
    Mutant(
        "beam: parents ignored",
        BEAM,
        "(parents + k * np.arange(B)[:, None]).reshape(-1)",
        "np.arange(B * k)",
        slow_beam,
    ),
    Mutant("beam: rows of another sequence", BEAM, "parents + k * np.arange(B)[:, None]", "parents", slow_beam),
    Mutant("beam: state not reordered", BEAM, "select(state, rows)", "state", slow_beam),
    Mutant("beam: END not frozen", BEAM, "logs[ended] = -np.inf", "pass", beam_ended),
    Mutant("beam: END costs again", BEAM, "logs[ended, end] = 0.0", "logs[ended, end] = -1.0", beam_ended),
    Mutant(
        "beam: starts with k equal hypotheses",
        BEAM,
        "np.where(np.arange(B * k) % k == 0, 0.0, -np.inf)",
        "np.zeros(B * k)",
        exact_beam,
    ),
    Mutant(
        "beam: sums forgotten", BEAM, "totals[:, None] + logs", "0 * np.maximum(totals[:, None], -1) + logs", slow_beam
    ),
    Mutant(
        "beam: the least probable stay",
        BEAM,
        "np.argsort(-every, axis=1, kind='stable')",
        "np.argsort(every, axis=1, kind='stable')",
        slow_beam,
    ),
    Mutant(
        "beam: equal sums from the last symbol",
        BEAM,
        "np.argsort(-every, axis=1, kind='stable')[:, :k]",
        "k * V - 1 - np.argsort(-every[:, ::-1], axis=1, kind='stable')[:, :k]",
        beam_one,
    ),
    Mutant(
        "beam: normalisation missing",
        "decoding",
        "self.log_probability / max(len(self.symbols), 1)",
        "self.log_probability",
        test_decoding.check_length_is_normalised,
    ),
    Mutant("beam: worst first", "decoding.beam_search", "-hypothesis.score", "hypothesis.score", exact_beam),
    Mutant("beam: parents not followed", TRACE, "place = int(beam.parents[b, place])", "pass", slow_beam),
    Mutant("beam: ENDs repeated", TRACE, "path[:path.index(end) + 1] if end in path else path", "path", slow_beam),
    Mutant("beam: END left out", TRACE, "path.index(end) + 1", "path.index(end)", slow_beam),
    Mutant(
        "decoding: no normaliser",
        "decoding._log_probabilities",
        "s - np.log(np.exp(s).sum(axis=-1, keepdims=True))",
        "s",
        exact_beam,
    ),
    Mutant(
        "numbers: hundreds without a number",
        "phrases._say",
        "[UNITS[hundreds], 'hundred']",
        "['hundred']",
        numbers_back,
    ),
    Mutant("numbers: tens from ten", "phrases._say", "TENS[rest // 10 - 2]", "TENS[rest // 10 - 3]", numbers_back),
    Mutant("numbers: a scale too low", "phrases._say", "SCALES[power - 1]", "SCALES[power - 2]", numbers_back),
    Mutant("numbers: the rest lost", "phrases._say", "_say(rest) if rest else []", "[]", numbers_back),
    Mutant("numbers: zero unsaid", "phrases._say", "rest or not hundreds", "rest", numbers_back),
    Mutant("numbers: a digit too many", "phrases.number_pair", "10 ** digits", "10 ** (digits + 1)", numbers_digits),
    Mutant(
        "numbers: leading zeros", "phrases.number_pair", "10 ** (digits - 1) if digits > 1 else 0", "0", numbers_digits
    ),
    Mutant(
        "dates: year and century exchanged",
        "phrases.date_words",
        "century, rest = divmod(year, 100)",
        "rest, century = divmod(year, 100)",
        dates_back,
    ),
    Mutant(
        "dates: twentieth for thirtieth",
        "phrases.date_words",
        "day - 1 if day <= 20 else 20",
        "day - 1 if day <= 20 else 19",
        dates_back,
    ),
    Mutant("dates: a day late", "phrases.date_words", "ORDINALS[day % 10 - 1]", "ORDINALS[day % 10]", dates_back),
    Mutant(
        "dates: months from 0",
        "phrases.date_words",
        "named = MONTHS[month - 1]",
        "named = MONTHS[month % 12]",
        dates_back,
    ),
    Mutant("dates: 1900 a leap year", "phrases._days", "year % 4 == 0 and year % 100", "year % 4 == 0", dates_end),
    Mutant("dates: 2000 no leap year", "phrases._days", "year % 400 == 0", "False", dates_end),
    Mutant(
        "dates: July has 30 days", "phrases._days", "month in (4, 6, 9, 11)", "month in (4, 6, 7, 9, 11)", dates_end
    ),
    Mutant(
        "dates: never the last day",
        "phrases.date_pair",
        "rng.integers(1, _days(year, month) + 1)",
        "rng.integers(1, _days(year, month))",
        dates_drawn,
    ),
    Mutant("dates: never December", "phrases.date_pair", "rng.integers(1, 13)", "rng.integers(1, 12)", dates_drawn),
    Mutant(
        "phrases: END turned round, too",
        "phrases.source_of",
        "[*(row[::-1] if reverse else row), END]",
        "[*row, END][::-1] if reverse else [*row, END]",
        batch_hand,
    ),
    Mutant("phrases: never reversed", "phrases.source_of", "row[::-1] if reverse else row", "row", batch_hand),
    Mutant("phrases: no START", "phrases.target_of", "[START, *row, END]", "[*row, END]", batch_hand),
    Mutant(
        "phrases: padding in front",
        "phrases._pad",
        "out[:len(row), b] = row",
        "out[len(out) - len(row):, b] = row",
        batch_hand,
    ),
    Mutant(
        "phrases: padded with START",
        "phrases._pad",
        "np.full((max(map(len, rows)), len(rows)), PAD, np.int64)",
        "np.full((max(map(len, rows)), len(rows)), START, np.int64)",
        batch_hand,
    ),
    Mutant(
        "phrases: position of another word",
        "phrases._numbers",
        "list(words).index(word)",
        "len(words)",
        test_phrases.check_unknown_words_are_named,
    ),
    Mutant(
        "encoder: reads padding", ENCODE, "mask.sum(0)", "torch.full((words.shape[1],), len(words))", seq2seq_encode
    ),
    Mutant(
        "encoder: first state for the last",
        ENCODE,
        "return last[0], Memory(values, model.attention['key'](values), mask)",
        "return values[0], Memory(values, model.attention['key'](values), mask)",
        seq2seq_encode,
    ),
    Mutant(
        "seq2seq attention: mask forgotten",
        ATTEND,
        "scores.masked_fill(~memory.mask, -torch.inf)",
        "scores",
        seq2seq_attend,
    ),
    Mutant(
        "seq2seq attention: softmax over the batch",
        ATTEND,
        "scores.masked_fill(~memory.mask, -torch.inf).softmax(dim=0)",
        "scores.masked_fill(~memory.mask, -100.0).softmax(dim=1)",
        seq2seq_attend,
    ),
    Mutant(
        "seq2seq attention: no query",
        ATTEND,
        "model.attention['query'](h) + memory.keys",
        "memory.keys",
        seq2seq_attend,
    ),
    Mutant(
        "seq2seq attention: keys averaged",
        ATTEND,
        "weights[..., None] * memory.values",
        "weights[..., None] * memory.keys",
        seq2seq_attend,
    ),
    Mutant(
        "decoder: context in front",
        DECODER_STEP,
        "torch.cat([x, context], dim=-1)",
        "torch.cat([context, x], dim=-1)",
        seq2seq_step,
    ),
    Mutant(
        "decoder: context not scored",
        DECODER_STEP,
        "torch.cat([h, context], dim=-1)",
        "torch.cat([h, 0 * context], dim=-1)",
        seq2seq_step,
    ),
    Mutant(
        "decoder: scores of the state before",
        DECODER_STEP,
        "h = model.decoder(torch.cat([x, context], dim=-1), h)",
        "pass",
        seq2seq_step,
    ),
    Mutant(
        "start: attention always",
        "seq2seq.model.start_seq2seq",
        "check_count('H', H) if attention else 0",
        "H",
        seq2seq_start,
    ),
    Mutant(
        "start: one seed for all",
        "seq2seq.model.start_seq2seq",
        "torch.manual_seed(seed)",
        "torch.manual_seed(0)",
        seq2seq_start,
    ),
    Mutant("start: no seed", "seq2seq.model.start_seq2seq", "torch.manual_seed(seed)", "torch.seed()", seq2seq_start),
    Mutant("teacher forcing: shifted by one", TEACHER, "fed = target[t + 1]", "fed = target[t]", teacher_numpy),
    Mutant("teacher forcing: START at every step", TEACHER, "fed = target[t + 1]", "fed = target[0]", teacher_numpy),
    Mutant(
        "teacher forcing: from state 0",
        TEACHER,
        "h, memory = encode(model, batch.source)",
        "h, memory = encode(model, batch.source); h = 0 * h",
        teacher_numpy,
    ),
    Mutant(
        "teacher forcing: fed its own",
        TEACHER,
        "fed = target[t + 1]",
        "fed = y.argmax(-1)",
        teacher_numpy,
    ),
    Mutant(
        "scheduled sampling: turned round",
        TEACHER,
        "check_rng(rng).random(len(fed)) < own",
        "check_rng(rng).random(len(fed)) >= own",
        scheduled,
    ),
    Mutant(
        "scheduled sampling: one coin for the batch",
        TEACHER,
        "check_rng(rng).random(len(fed))",
        "check_rng(rng).random(1)",
        scheduled,
    ),
    Mutant("scheduled sampling: the least probable symbol", TEACHER, "y.argmax(-1)", "y.argmin(-1)", scheduled),
    Mutant(
        "training: padding counts",
        TRAIN,
        "cross_entropy(scores.flatten(0, 1), torch.as_tensor(batch.target[1:]).flatten(), ignore_index=PAD)",
        "cross_entropy(scores.flatten(0, 1), torch.as_tensor(batch.target[1:]).flatten())",
        first_loss,
    ),
    Mutant("training: asked for what is fed", TRAIN, "batch.target[1:]", "batch.target[:-1]", first_loss),
    Mutant("training: gradients pile up", TRAIN, "optimiser.zero_grad()", "pass", training_torch),
    Mutant("training: no clipping", TRAIN, "torch.nn.utils.clip_grad_norm_(weights, 1.0)", "pass", training_torch),
    Mutant(
        "training: never reversed",
        TRAIN,
        "batch_of([task(rng) for _ in range(size)], reverse)",
        "batch_of([task(rng) for _ in range(size)])",
        training_torch,
    ),
    Mutant("training: rate stands still", TRAIN, "schedule.step()", "pass", training_torch),
    Mutant("translating: PAD may be written", DECODER, "[PAD, START]", "[START]", decoder_own),
    Mutant("translating: memory of the first sentence", DECODER, "part[:, whose]", "part[:, 0 * whose]", decoder_own),
    Mutant(
        "translating: never reversed",
        "seq2seq.translating.translate",
        "source_of(sentences, reverse)",
        "source_of(sentences)",
        translations,
    ),
    Mutant("translating: END written out", "seq2seq.translating.translate", "i != END", "True", translations),
    Mutant("translating: the last of the beam", "seq2seq.translating.translate", "found[0]", "found[-1]", translations),
    Mutant(
        "exact match: any symbol",
        "seq2seq.translating.exact_match",
        "got == list(wanted)",
        "got[:1] == list(wanted)[:1]",
        test_seq2seq.check_exact_match_by_hand,
    ),
    Mutant(
        "exact match: always greedy",
        "seq2seq.translating.exact_match",
        "translate(model, [words for words, _ in pairs], width, reverse, limit)",
        "translate(model, [words for words, _ in pairs], 1, reverse, limit)",
        test_seq2seq.check_exact_match_by_hand,
    ),
    Mutant(
        "alignment: a step late", ALIGNMENT, "weights[..., 0].numpy()", "weights.roll(1, 0)[..., 0].numpy()", alignments
    ),
    Mutant("alignment: without END", ALIGNMENT, "target_of([given])[1:, 0]", "target_of([given])[1:-1, 0]", alignments),
    Mutant("arrays: the last row of v", "seq2seq.weights.attention_arrays", "v[0]", "W_q[0]", seq2seq_arrays),
    Mutant(
        "arrays: W_q and W_k exchanged",
        "seq2seq.weights.attention_arrays",
        "AttentionWeights(W_q, W_k, v[0])",
        "AttentionWeights(W_k, W_q, v[0])",
        seq2seq_arrays,
    ),
    Mutant(
        "dates: one way alone",
        "phrases.date_words",
        "[['the', *spoken, 'of', named], [named, 'the', *spoken], [*spoken, named]][way]",
        "[*spoken, named]",
        dates_back,
    ),
]


BLEU, DRAW, PLACE, COVERAGE = "captioning.bleu.bleu_parts", "scenes._draw", "scenes._place", "scenes.coverage"
sacrebleu, bleu_hand, bleu_the = test_bleu.check_against_sacrebleu, test_bleu.check_by_hand, test_bleu.check_the_the_the
bleu_silent, scenes_coverage = test_bleu.check_nothing_said, test_scenes.check_coverage
scenes_splits, scenes_true = test_scenes.check_splits, test_scenes.check_references_are_true
scenes_apart, scenes_paint = test_scenes.check_objects_stand_apart_and_inside, test_scenes.check_paint
scenes_alike = test_scenes.check_all_alike
WORDS_BUILT, ENCODED = "captioning.vocabulary.build_vocabulary", "captioning.vocabulary.encode_captions"
words_hand, words_built = (
    test_captioning_vocabulary.check_by_hand,
    test_captioning_vocabulary.check_built_vocabulary,
)
NUMPY_FIRST, NUMPY_STEP = "captioning.numpy_teller.numpy_first_state", "captioning.numpy_teller.numpy_teller_step"
teller_torch, teller_said = test_captioning_numpy.check_against_torch, test_captioning_numpy.check_captions
PHOTOGRAPHS, LOOKING = "captioning.torchvision_eye.photographs", "captioning.torchvision_eye.look_at_photographs"
photographs, photograph_places = test_torchvision_eye.check_photographs, test_torchvision_eye.check_places

MUTANTS += [
    Mutant(
        "bleu: not clipped",
        BLEU,
        "(counts & most).total()",
        "sum(counts[run] for run in counts if run in most)",
        bleu_the,
    ),
    Mutant("bleu: references added up", BLEU, "most |= _ngrams(truth, k)", "most += _ngrams(truth, k)", sacrebleu),
    Mutant("bleu: only the last reference", BLEU, "most |= _ngrams(truth, k)", "most = _ngrams(truth, k)", sacrebleu),
    Mutant("bleu: shortest reference", BLEU, "(abs(length - len(candidate)), length)", "length", sacrebleu),
    Mutant(
        "bleu: longer of two as near",
        BLEU,
        "(abs(length - len(candidate)), length)",
        "(abs(length - len(candidate)), -length)",
        bleu_hand,
    ),
    Mutant(
        "bleu: no brevity penalty",
        BLEU,
        "100 * penalty * float(np.exp(np.log(p).mean()))",
        "100 * float(np.exp(np.log(p).mean()))",
        bleu_hand,
    ),
    Mutant("bleu: brevity upside down", BLEU, "1 - r / c", "1 - c / r", bleu_hand),
    Mutant("bleu: length rewarded", BLEU, "c >= r", "False", sacrebleu),
    Mutant("bleu: arithmetic mean", BLEU, "float(np.exp(np.log(p).mean()))", "p.mean()", bleu_hand),
    Mutant("bleu: product without the root", BLEU, "float(np.exp(np.log(p).mean()))", "p.prod()", bleu_hand),
    Mutant("bleu: smoothed", BLEU, "right / np.maximum(total, 1)", "(right + 1) / (total + 1)", bleu_hand),
    Mutant("bleu: last run forgotten", "captioning.bleu._ngrams", "len(words) - k + 1", "len(words) - k", bleu_the),
    Mutant(
        "bleu: silence is a crash",
        BLEU,
        "float(np.exp(1 - r / c)) if c else 0.0",
        "float(np.exp(1 - r / c))",
        bleu_silent,
    ),
    Mutant(
        "bleu: silent candidates not counted",
        BLEU,
        "r += min((len(truth) for truth in truths), key=lambda length: (abs(length - len(candidate)), length))",
        "r += bool(candidate) * min(len(truth) for truth in truths)",
        bleu_silent,
    ),
    Mutant(
        "bleu: mean over sentences",
        "captioning.bleu.bleu",
        "bleu_parts(candidates, references, n).score",
        "np.mean([bleu_parts([c], [r], n).score for c, r in zip(candidates, references)])",
        sacrebleu,
    ),
    Mutant(
        "scenes: held-out pairs seen",
        DRAW,
        "rng.choice(np.flatnonzero(~_HELD), (n, K))",
        "rng.integers(0, len(_PAIRS), (n, K))",
        scenes_splits,
    ),
    Mutant("scenes: always the first unseen", DRAW, "rng.integers(0, K, n)", "0", scenes_splits),
    Mutant("scenes: any without held-out pairs", DRAW, "split == 'any'", "False", scenes_splits),
    Mutant(
        "scenes: one held-out pair too few",
        DRAW,
        "rng.choice(np.flatnonzero(_HELD), n)",
        "rng.choice(np.flatnonzero(_HELD)[1:], n)",
        scenes_alike,
    ),
    Mutant(
        "scenes: more small than large",
        DRAW,
        "rng.integers(0, len(SIZES), (n, K))",
        "rng.integers(0, 3, (n, K)) // 2",
        scenes_alike,
    ),
    Mutant(
        "scenes: sizes exchanged",
        DRAW,
        "np.where(sizes == 0, small, large)",
        "np.where(sizes == 1, small, large)",
        scenes_true,
    ),
    Mutant("scenes: too near each other", PLACE, "2 * _MARGIN", "_MARGIN", scenes_true),
    Mutant(
        "scenes: too near the rim",
        PLACE,
        "rng.uniform(_MARGIN, SIDE - _MARGIN - gap)",
        "rng.uniform(0, SIDE - gap)",
        scenes_apart,
    ),
    Mutant(
        "scenes: one object too near the rim",
        PLACE,
        "rng.uniform(_MARGIN, SIDE - _MARGIN, (n, 1, 2))",
        "rng.uniform(_MARGIN - 1, SIDE - _MARGIN, (n, 1, 2))",
        scenes_apart,
    ),
    Mutant("scenes: above is below", PLACE, "np.isin(relations, (0, 2))", "np.isin(relations, (1, 2))", scenes_true),
    Mutant("scenes: left is above", PLACE, "relations < 2", "relations % 2 == 0", scenes_true),
    Mutant("scenes: not level", PLACE, "rng.uniform(-3.5, 3.5, n)", "rng.uniform(-9, 9, n)", scenes_true),
    Mutant(
        "references: the same relation from both sides",
        "scenes.references",
        "INVERSE[relation]",
        "relation",
        scenes_true,
    ),
    Mutant("references: the smaller leads", "scenes.references", "larger > 0", "larger < 0", scenes_true),
    Mutant("references: the right one leads", "scenes.references", "(0, 2)", "(0, 3)", scenes_true),
    Mutant(
        "references: names exchanged", "scenes.references", "phrase(scenes, i, 1)", "phrase(scenes, i, 0)", scenes_true
    ),
    Mutant("coverage: turned the wrong way", COVERAGE, "c * dy - s * dx", "c * dy + s * dx", scenes_coverage),
    Mutant(
        "coverage: x and y exchanged",
        COVERAGE,
        "check_shape('centers', centers, 'N 2', sizes).astype(np.float32).T[:, :, None, None]",
        "check_shape('centers', centers, 'N 2', sizes).astype(np.float32).T[::-1, :, None, None]",
        scenes_coverage,
    ),
    Mutant("coverage: half a pixel too small", COVERAGE, "0.5 - distance", "-distance", scenes_coverage),
    Mutant(
        "coverage: not smooth", COVERAGE, "np.clip(0.5 - distance, 0, 1)", "np.float32(distance < 0)", scenes_coverage
    ),
    Mutant(
        "coverage: pixels by their corners",
        "scenes",
        "np.arange(SIDE, dtype=np.float32) + 0.5",
        "np.arange(SIDE, dtype=np.float32)",
        scenes_coverage,
    ),
    Mutant("square: too large", "scenes._square", "0.855 * r", "r", scenes_coverage),
    Mutant(
        "triangle: on its tip",
        "scenes._triangle",
        "0.75 ** 0.5 * abs(u) - 0.5 * v",
        "0.75 ** 0.5 * abs(u) + 0.5 * v",
        scenes_coverage,
    ),
    Mutant("triangle: as large as its circle", "scenes._triangle", "0.52 * r", "0.62 * r", scenes_coverage),
    Mutant("cross: only where its bars meet", "scenes._cross", "np.minimum", "np.maximum", scenes_coverage),
    Mutant(
        "paint: on the ground, not over it",
        "scenes._paint",
        "covered * (paint - images)",
        "covered * paint",
        scenes_paint,
    ),
    Mutant(
        "paint: the first colour for both",
        "scenes._paint",
        "palette[colors[:, k]]",
        "palette[colors[:, 0]]",
        scenes_paint,
    ),
    Mutant("paint: no grain", "scenes._paint", "images + grain[rng.integers(0, 64, n)]", "images", scenes_paint),
    Mutant("paint: 0 to 1", "scenes._paint", "255 * images", "images", scenes_paint),
    Mutant(
        "scenes: a hidden generator",
        "scenes.draw_scenes",
        "check_rng(rng)",
        "rng = np.random.default_rng(0)",
        test_scenes.check_generator_decides,
    ),
    Mutant(
        "vocabulary: more often than asked",
        WORDS_BUILT,
        "counts[word] >= at_least",
        "counts[word] > at_least",
        words_built,
    ),
    Mutant("vocabulary: rare words first", WORDS_BUILT, "(-counts[word], word)", "(counts[word], word)", words_built),
    Mutant("vocabulary: marks twice", WORDS_BUILT, "del counts[word]", "pass", words_built),
    Mutant("encode: no END", ENCODED, "rows[b].append(END)", "pass", words_hand),
    Mutant(
        "encode: padded with END",
        ENCODED,
        "np.full((max(map(len, rows)), len(rows)), PAD)",
        "np.full((max(map(len, rows)), len(rows)), END)",
        words_hand,
    ),
    Mutant(
        "decode: on after END",
        "captioning.vocabulary.decode_caption",
        "numbers[:numbers.index(END)] if END in numbers else numbers",
        "numbers",
        words_hand,
    ),
    Mutant("words: capitals kept", "captioning.coco.words_of", "caption.lower()", "caption", test_coco.check_words),
    Mutant(
        "numpy teller: first state not bounded",
        NUMPY_FIRST,
        "np.tanh(_apply(teller, 'h0', m))",
        "_apply(teller, 'h0', m)",
        teller_torch,
    ),
    Mutant("numpy teller: the largest, not the mean", NUMPY_FIRST, "f.mean(axis=1)", "f.max(axis=1)", teller_torch),
    Mutant(
        "numpy teller: not standardised", NUMPY_FIRST, "(f - teller.mean) / teller.std", "f - teller.mean", teller_torch
    ),
    Mutant(
        "numpy teller: no relu",
        NUMPY_FIRST,
        "np.maximum(_apply(teller, 'place', f), 0)",
        "_apply(teller, 'place', f)",
        teller_torch,
    ),
    Mutant("numpy teller: places by columns", "captioning.numpy_teller._positions", "'ij'", "'xy'", teller_torch),
    Mutant(
        "numpy teller: context first",
        NUMPY_STEP,
        "np.concatenate([x, context], axis=1)",
        "np.concatenate([context, x], axis=1)",
        teller_torch,
    ),
    Mutant(
        "numpy teller: said without looking",
        NUMPY_STEP,
        "np.concatenate([h, context], axis=1)",
        "np.concatenate([h, 0 * context], axis=1)",
        teller_torch,
    ),
    Mutant(
        "numpy teller: marks can be said",
        "captioning.numpy_teller.numpy_decoder",
        "scores[:, [PAD, START]] = -np.inf",
        "pass",
        teller_said,
    ),
    Mutant(
        "numpy teller: always the first images",
        "captioning.numpy_teller.numpy_decoder",
        "(everything[0][which], everything[1][which])",
        "everything",
        teller_said,
    ),
    Mutant(
        "numpy teller: shares the weights",
        "captioning.numpy_teller._array",
        "tensor.detach().cpu().numpy().copy()",
        "tensor.detach().cpu().numpy()",
        test_captioning_numpy.check_weights_are_copies,
    ),
    Mutant("photographs: the left upper corner", PHOTOGRAPHS, "(width - side) // 2", "0", photographs),
    Mutant("photographs: squeezed", PHOTOGRAPHS, "max(side, round(scale * pixels))", "small", photographs),
    Mutant(
        "photographs: not standardised",
        PHOTOGRAPHS,
        "(torch.cat(images) - mean) / std",
        "torch.cat(images)",
        photographs,
    ),
    Mutant(
        "looking: channels for places",
        LOOKING,
        "seen.flatten(2).transpose(1, 2).contiguous()",
        "seen.flatten(2).reshape(len(seen), -1, seen.shape[1])",
        photograph_places,
    ),
    Mutant(
        "looking: place by columns", LOOKING, "seen.flatten(2)", "seen.transpose(2, 3).flatten(2)", photograph_places
    ),
    Mutant(
        "chopped: always one layer",
        "captioning.torchvision_eye.start_torchvision_eye",
        "layers[:-chop]",
        "layers[:-1]",
        test_torchvision_eye.check_chopped_and_frozen,
    ),
    Mutant(
        "chopped: not frozen",
        "captioning.torchvision_eye.start_torchvision_eye",
        "nn.Sequential(*layers[:-chop]).eval().requires_grad_(False)",
        "nn.Sequential(*layers[:-chop]).eval()",
        test_torchvision_eye.check_chopped_and_frozen,
    ),
    *(
        Mutant(f"translators: {name}", f"translators.{function}", old, new, killer)
        for function, killer, name, old, new in [
            ("trained", translator, "read forwards", "kind == 'reversed'", "False"),
            ("trained", translator, "always attention", "kind == 'attention'", "True"),
            (
                "trained",
                translator,
                "no scheduled sampling",
                "train_seq2seq(model, draw, updates, rng, RATE, reverse=kind == 'reversed', own=own)",
                "train_seq2seq(model, draw, updates, rng, RATE, reverse=kind == 'reversed')",
            ),
            ("_one_of", translator, "always the first example", "pairs[int(rng.integers(len(pairs)))]", "pairs[0]"),
            ("numbers_task", translator, "no longest number", "DIGITS + 1", "DIGITS"),
            ("fewer_digits_task", translator, "as many digits as ever", "FEWER + 1", "DIGITS + 1"),
            ("fresh_numbers", fresh_sentences, "one seed", "10_000 + 100 * seed + digits", "10_000 + digits"),
            ("fresh_dates", fresh_sentences, "seen in training", "20_000 + seed", "seed"),
            (
                "right_symbols",
                test_seq2seq_experiments.check_right_symbols,
                "the end forgiven",
                "t < len(got) and got[t] == symbols[t]",
                "t >= len(got) or got[t] == symbols[t]",
            ),
        ]
    ),
]

TELLER, JUDGE, POINTING = "captioning.teller", "captioning.evaluation.judge", "captioning.pointing"
told, judged, pointed = test_captioning.check_equations, test_captioning.check_judgement, test_captioning.check_pointing
MUTANTS += [
    Mutant("pixels: zero is black", "captioning.eye.pixels", "0.5", "0.0", test_captioning.check_pixels),
    Mutant(
        "pixels: rows and columns exchanged",
        "captioning.eye.pixels",
        "torch.from_numpy(np.ascontiguousarray(found)).permute(0, 3, 1, 2)",
        "torch.from_numpy(np.ascontiguousarray(found)).permute(0, 3, 2, 1)",
        test_captioning.check_pixels,
    ),
    Mutant("places: columns first", f"{TELLER}.places", "'ij'", "'xy'", told),
    Mutant("first state: not centred", f"{TELLER}._first_state", "features - teller.mean", "features", told),
    Mutant("first state: the largest, not the mean", f"{TELLER}._first_state", "f.mean(1)", "f.amax(1)", told),
    Mutant(
        "first state: the mean, not the largest",
        f"{TELLER}._first_state",
        "torch.relu(teller.parts['place'](f)).amax(1)",
        "torch.relu(teller.parts['place'](f)).mean(1)",
        told,
    ),
    Mutant("teller: weights not scaled", f"{TELLER}.teller_step", "query.shape[1] ** 0.5", "1.0", told),
    Mutant("teller: the new state asks", f"{TELLER}.teller_step", "p['query'](state[0])", "p['query'](state[1])", told),
    Mutant(
        "teller: said without looking",
        f"{TELLER}.teller_step",
        "torch.cat([p['dropout'](h), context], 1)",
        "torch.cat([p['dropout'](h), 0 * context], 1)",
        told,
    ),
    Mutant("teller: START again and again", f"{TELLER}._teacher_forced", "words[:-1]", "words[[0, 0, 0]]", told),
    Mutant("teller: a word late", f"{TELLER}._teacher_forced", "words[:-1]", "words[1:]", told),
    Mutant("judge: only the canonical caption", JUDGE, "list(caption) in true", "list(caption) == true[0]", judged),
    Mutant("judge: wrong in every kind but one", JUDGE, "a != b", "a == b", judged),
    Mutant("judge: order although right", JUDGE, "not exact[i]", "True", judged),
    Mutant(
        "pointing: the nearer is the other", f"{POINTING}.pointing_scores", "own[..., 0]", "(~own)[..., 0]", pointed
    ),
    Mutant("pointing: smallest weight", f"{POINTING}.pointing_scores", "at.argmax(-1)", "at.argmin(-1)", pointed),
    Mutant(
        "pointing: x and y exchanged", f"{POINTING}._centers", "np.tile(axis, side)", "np.repeat(axis, side)", pointed
    ),
    Mutant(
        "pointing: words of the subject only",
        f"{POINTING}._named_words",
        "1 - first[right, None]",
        "first[right, None]",
        pointed,
    ),
    Mutant("pointing: a word late", f"{POINTING}._named_words", "lengths - 3", "lengths - 4", pointed),
    Mutant(
        "cells: one object for both",
        f"{POINTING}.object_cells",
        "scenes.centers[:, k]",
        "scenes.centers[:, 0]",
        pointed,
    ),
]


def parse(source: str) -> list[ast.stmt] | ast.expr:
    """One expression, or the statements of `source`."""
    body = ast.parse(source).body
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else body


LINEAR = test_linear_recurrence
SCAN, SCAN_BACK, SLICES = (f"linear_recurrence.scan.{name}" for name in ("scan", "scan_backward", "_slices"))
LRU, MINIMAL = "linear_recurrence.lru", "linear_recurrence.minimal"
RNN_OF, RING = f"{LRU}.lru_as_rnn", f"{LRU}.start_lru"
GRU_PAIRS, LSTM_PAIRS = f"{MINIMAL}._mingru_pairs", f"{MINIMAL}._minlstm_pairs"
SENSITIVE, TRACKING = "linear_recurrence.sensitivity.parameter_sensitivity", "linear_recurrence.tracking"
PARITY = "linear_recurrence.parity"

MUTANTS += [
    Mutant(
        "combine: right before left", f"{SCAN[:-5]}.combine", "a_r * b_l + b_r", "a_l * b_r + b_l", LINEAR.check_combine
    ),
    Mutant("combine: factors added", f"{SCAN[:-5]}.combine", "a_l * a_r", "a_l + a_r", LINEAR.check_combine),
    Mutant(
        "recurrence: factor of the step before", f"{SCAN[:-5]}._loop", "a[t] * h", "a[t - 1] * h", LINEAR.check_loop
    ),
    Mutant(
        "recurrence: factor on everything",
        f"{SCAN[:-5]}._loop",
        "a[t] * h + b[t]",
        "a[t] * (h + b[t])",
        LINEAR.check_loop,
    ),
    Mutant("recurrence: always from zero", f"{SCAN[:-5]}._check", "h0 is None", "True", LINEAR.check_loop),
    Mutant("scan: without the first state", SCAN, "hs[0] += a[0] * h", "pass", LINEAR.check_scans),
    Mutant("scan: first state not multiplied", SCAN, "hs[0] += a[0] * h", "hs[0] += h", LINEAR.check_scans),
    Mutant(
        "scan: pairs the wrong way round",
        SCAN,
        "combine((A[before], hs[before]), (A[into], hs[into]))",
        "combine((A[into], hs[into]), (A[before], hs[before]))",
        LINEAR.check_scans,
    ),
    Mutant("scan: no way down", SLICES, "up + down", "up", LINEAR.check_scans),
    Mutant("scan: down from the small blocks", SLICES, "reversed(distances)", "distances", LINEAR.check_levels),
    Mutant("scan: down a place late", SLICES, "3 * d - 1", "3 * d", LINEAR.check_levels),
    Mutant("scan: a level short", SLICES, "(T - 1).bit_length()", "(T - 1).bit_length() - 1", LINEAR.check_levels),
    Mutant("scan: a level too many", SLICES, "(T - 1).bit_length()", "T.bit_length()", LINEAR.check_costs),
    Mutant("scan: loop from the first place", SLICES, "range(1, T)", "range(2, T)", LINEAR.check_costs),
    Mutant(
        "levels: from and into exchanged",
        f"{SCAN}_levels",
        "[places[before], places[into]]",
        "[places[into], places[before]]",
        LINEAR.check_levels,
    ),
    Mutant("cost: levels for combinations", f"{SCAN}_cost", "len(level)", "1", LINEAR.check_costs),
    Mutant("scan backward: not conjugated", SCAN_BACK, "np.conj(a[::-1])", "a[::-1]", LINEAR.check_backward_torch),
    Mutant(
        "scan backward: factors not one step later",
        SCAN_BACK,
        "np.concatenate([np.zeros_like(back[:1]), back[:-1]])",
        "back",
        LINEAR.check_backward_torch,
    ),
    Mutant(
        "scan backward: state of the same step",
        SCAN_BACK,
        "np.concatenate([h[None], states[:-1]])",
        "states",
        LINEAR.check_backward_torch,
    ),
    Mutant(
        "scan backward: states not conjugated",
        SCAN_BACK,
        "np.conj(np.concatenate([h[None], states[:-1]])) * dh",
        "np.concatenate([h[None], states[:-1]]) * dh",
        LINEAR.check_backward_torch,
    ),
    Mutant(
        "scan backward: constant factor of one sequence",
        SCAN_BACK,
        "da.sum(axis=(0, 1))",
        "da.sum(axis=0)[0]",
        LINEAR.check_backward_torch,
    ),
    Mutant(
        "scan backward: first state not multiplied", SCAN_BACK, "back[-1] * dh[0]", "dh[0]", LINEAR.check_backward_torch
    ),
    Mutant("scan backward: not turned back", SCAN_BACK, "dhs[::-1]", "dhs", LINEAR.check_backward_torch),
    Mutant("lru: radius exp(nu)", f"{LRU}.lru_eigenvalues", "-np.exp(nu)", "nu", LINEAR.check_eigenvalues),
    Mutant("lru: angle theta", f"{LRU}.lru_eigenvalues", "1j * np.exp(theta)", "1j * theta", LINEAR.check_eigenvalues),
    Mutant(
        "lru: gamma of the radius, not its square",
        f"{LRU}.lru_normalisation",
        "-2 * np.exp(nu)",
        "-np.exp(nu)",
        LINEAR.check_eigenvalues,
    ),
    Mutant(
        "lru: gamma squared",
        f"{LRU}.lru_normalisation",
        "np.sqrt(-np.expm1(-2 * np.exp(nu)))",
        "-np.expm1(-2 * np.exp(nu))",
        LINEAR.check_eigenvalues,
    ),
    Mutant(
        "lru: radius, not its square, uniform",
        RING,
        "high**2 - rng.random(N) * (high**2 - low**2)",
        "(high - rng.random(N) * (high - low)) ** 2",
        LINEAR.check_start,
    ),
    Mutant("lru: log of the squared radius", RING, "-0.5 * np.log(squared)", "-np.log(squared)", LINEAR.check_start),
    Mutant(
        "lru: all round the circle",
        RING,
        "max_phase * (1 - rng.random(N))",
        "2 * np.pi * (1 - rng.random(N))",
        LINEAR.check_start,
    ),
    Mutant("lru: B for real entries", RING, "np.sqrt(2 * D)", "np.sqrt(D)", LINEAR.check_start),
    Mutant("lru: C for real entries", RING, "np.sqrt(2 * N)", "np.sqrt(N)", LINEAR.check_start),
    Mutant(
        "lru: no gamma", f"{LRU}.lru_forward", "lru_normalisation(nu) * (x @ B.T)", "x @ B.T", LINEAR.check_lru_torch
    ),
    Mutant("lru: no skip", f"{LRU}.lru_forward", "ys + (hs @ C.T).real", "(hs @ C.T).real", LINEAR.check_lru_torch),
    Mutant("lru: imaginary part", f"{LRU}.lru_forward", "(hs @ C.T).real", "(hs @ C.T).imag", LINEAR.check_lru_torch),
    Mutant(
        "lru: C of the real part", f"{LRU}.lru_forward", "(hs @ C.T).real", "hs.real @ C.T.real", LINEAR.check_lru_torch
    ),
    Mutant(
        "lru: first state dropped",
        f"{LRU}.lru_forward",
        "scan(eigenvalues, lru_normalisation(nu) * (x @ B.T), h0, method)",
        "scan(eigenvalues, lru_normalisation(nu) * (x @ B.T), None, method)",
        LINEAR.check_lru_torch,
    ),
    Mutant(
        "kernel: a step late",
        f"{LRU}.lru_kernel",
        "np.arange(check_count('T', T))",
        "(1 + np.arange(check_count('T', T)))",
        LINEAR.check_lru_convolution,
    ),
    Mutant(
        "kernel: no gamma",
        f"{LRU}.lru_kernel",
        "lru_normalisation(nu) * powers",
        "powers",
        LINEAR.check_lru_convolution,
    ),
    Mutant(
        "as rnn: turning the other way",
        RNN_OF,
        "W_h[n, 0, n, 1] = -eigenvalues.imag",
        "W_h[n, 0, n, 1] = eigenvalues.imag",
        LINEAR.check_lru_rnn,
    ),
    Mutant("as rnn: sign of the imaginary readout", RNN_OF, "-C.imag", "C.imag", LINEAR.check_lru_rnn),
    Mutant("as rnn: no gamma", RNN_OF, "lru_normalisation(nu)[:, None] * B", "B", LINEAR.check_lru_rnn),
    Mutant(
        "response: a step late",
        f"{LRU}.eigenvalue_response",
        "np.arange(check_count('T', T))",
        "(1 + np.arange(check_count('T', T)))",
        LINEAR.check_response,
    ),
    *gate_swaps("mingru", GRU_PAIRS, "z, n = np.split(x @ W_x.T + b, 2, axis=-1)", LINEAR.check_minimal_forward),
    *gate_swaps("minlstm", LSTM_PAIRS, "i, f, g = np.split(x @ W_x.T + b, 3, axis=-1)", LINEAR.check_minimal_forward),
    Mutant("mingru: z keeps", GRU_PAIRS, "sigmoid(-z)", "sigmoid(z)", LINEAR.check_steps),
    Mutant("mingru: tanh of the candidate", GRU_PAIRS, "sigmoid(z) * n", "sigmoid(z) * np.tanh(n)", LINEAR.check_steps),
    Mutant("mingru: no bias", GRU_PAIRS, "x @ W_x.T + b", "x @ W_x.T", LINEAR.check_steps),
    Mutant("mingru: written, not weighed", GRU_PAIRS, "sigmoid(z) * n", "n", LINEAR.check_steps),
    Mutant(
        "minlstm: gates not normalised",
        LSTM_PAIRS,
        "sigmoid(ratio), sigmoid(-ratio) * g",
        "sigmoid(f), sigmoid(i) * g",
        LINEAR.check_steps,
    ),
    Mutant(
        "minlstm: divided",
        LSTM_PAIRS,
        "sigmoid(ratio), sigmoid(-ratio) * g",
        "(sigmoid(f) / (sigmoid(f) + sigmoid(i)), sigmoid(i) / (sigmoid(f) + sigmoid(i)) * g)",
        LINEAR.check_saturated,
    ),
    Mutant(
        "minlstm forward: from zero",
        f"{MINIMAL}.minlstm_forward",
        "scan(*_minlstm_pairs(x, W_x, b), h0, method)",
        "scan(*_minlstm_pairs(x, W_x, b), None, method)",
        LINEAR.check_minimal_forward,
    ),
    Mutant(
        "mingru forward: from zero",
        f"{MINIMAL}.mingru_forward",
        "scan(*_mingru_pairs(x, W_x, b), h0, method)",
        "scan(*_mingru_pairs(x, W_x, b), None, method)",
        LINEAR.check_minimal_forward,
    ),
    Mutant(
        "sensitivity: of the state", SENSITIVE, "(1 + q) / (1 - q) ** 3", "1 / (1 - q) ** 3", LINEAR.check_sensitivity
    ),
    Mutant(
        "sensitivity: gamma held still",
        SENSITIVE,
        "1 / (1 - q) ** 2",
        "(1 + q) / (1 - q) ** 2",
        LINEAR.check_sensitivity,
    ),
    Mutant("sensitivity: of the angle, not its logarithm", SENSITIVE, "angle**2 * q", "q", LINEAR.check_sensitivity),
    Mutant("sensitivity: no chain rule through exp", SENSITIVE, "q * log_r**2", "log_r**2", LINEAR.check_sensitivity),
    Mutant(
        "variance: a step short",
        "linear_recurrence.sensitivity.state_variance",
        "check_count('T', T)",
        "(check_count('T', T) - 1)",
        LINEAR.check_variance,
    ),
    Mutant(
        "parity: zeros counted",
        f"{TRACKING}.parity_task",
        "np.cumsum(bits, axis=0) % 2",
        "np.cumsum(1 - bits, axis=0) % 2",
        LINEAR.check_parity_task,
    ),
    Mutant(
        "parity: the first bit left out",
        f"{TRACKING}.parity_task",
        "np.cumsum(bits, axis=0)",
        "(np.cumsum(bits, axis=0) - bits)",
        LINEAR.check_parity_task,
    ),
    Mutant("by hand: no sign", f"{TRACKING}.parity_by_hand", "1 - 2 * x", "1 - x", LINEAR.check_by_hand),
    Mutant(
        "by hand: nothing added",
        f"{TRACKING}.parity_by_hand",
        "scan(1 - 2 * x, x)",
        "scan(1 - 2 * x, 0 * x)",
        LINEAR.check_by_hand,
    ),
    Mutant(
        "still: in double precision",
        f"{TRACKING}.steps_until_still",
        "check_choice('dtype', dtype, ['float32', 'float64'])",
        "'float64'",
        LINEAR.check_still,
    ),
    Mutant("still: a step late", f"{TRACKING}.steps_until_still", "return step", "return step + 1", LINEAR.check_still),
    Mutant(
        "parity scan: factors of the wrong steps",
        f"{PARITY}.parity_states",
        "a[distance:] * hs[:-distance]",
        "a[:-distance] * hs[:-distance]",
        LINEAR.check_linear_states,
    ),
    Mutant(
        "parity scan: distance grows by one",
        f"{PARITY}.parity_states",
        "distance *= 2",
        "distance += 1",
        LINEAR.check_linear_states,
    ),
    Mutant(
        "parity: minGRU's gate exchanged",
        f"{PARITY}._pairs",
        "torch.sigmoid(-u)",
        "torch.sigmoid(u)",
        LINEAR.check_linear_states,
    ),
    Mutant("parity: clipped off centre", f"{PARITY}._pairs", "u + 0.5", "u", LINEAR.check_linear_states),
    Mutant(
        "accuracy: the answer before",
        f"{PARITY}.parity_accuracy",
        "targets[ends - 1]",
        "targets[ends - 2]",
        LINEAR.check_accuracy,
    ),
    Mutant(
        "accuracy: over all lengths",
        f"{PARITY}.parity_accuracy",
        "(answers == targets[ends - 1]).mean(axis=1)",
        "(answers == targets[ends - 1]).mean(axis=0)",
        LINEAR.check_accuracy,
    ),
]


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


def module_name(mutant: Mutant) -> str:
    """The module that the mutant is made of."""
    words = mutant.target.split(".")
    return ".".join(["helpers", *words[: 2 if words[0] in PACKAGES else 1]])


def mutate(mutant: Mutant) -> tuple[ModuleType, int]:
    """The mutated module, compiled under another name, and how many places were edited."""
    original = importlib.import_module(module_name(mutant))
    function = f"helpers.{mutant.target}".removeprefix(original.__name__).removeprefix(".")
    tree = ast.parse(inspect.getsource(original))
    edit = Replace(mutant.old, mutant.new)
    for node in tree.body if function else [tree]:
        if not function or (isinstance(node, ast.FunctionDef) and node.name == function):
            edit.visit(node)
    StatementsInPlaceOfExpression().visit(tree)
    mutated = ModuleType(f"{original.__name__}_mutant")
    exec(compile(ast.fix_missing_locations(tree), f"<{mutant.name}>", "exec"), mutated.__dict__)
    return mutated, edit.count
