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

import test_bptt
import test_cliff
import test_data
import test_gradients
import test_initial
import test_memory
import test_optim
import test_output
import test_rnn_basics
import test_training


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
    Mutant("forward: no bias", FORWARD, "hs[1:] += b", "pass", forward_torch),
    Mutant("forward: initial state ignored", FORWARD, "hs[0] = h0", "hs[0] = 0", forward_torch),
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
    Mutant("sigmoid: naive", "rnn_basics._sigmoid", "-np.abs(z)", "-z", test_rnn_basics.check_sigmoid_is_safe),
    Mutant("sigmoid: mirrored", "rnn_basics._sigmoid", "z < 0", "z > 0", forward_torch),
    Mutant("relu: leaky downwards", "rnn_basics._relu", "np.maximum", "np.minimum", forward_torch),
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
        "rnn_basics._tanh_slope",
        "np.subtract(1, out, out=out)",
        "np.add(1, out, out=out)",
        test_rnn_basics.check_slopes,
    ),
    Mutant(
        "sigmoid slope: 1 - h",
        "rnn_basics._sigmoid_slope",
        "np.multiply(h, 1 - h, out=out)",
        "np.subtract(1, h, out=out)",
        test_rnn_basics.check_slopes,
    ),
    Mutant(
        "sigmoid slope: h overwritten when in place",
        "rnn_basics._sigmoid_slope",
        "np.multiply(h, 1 - h, out=out)",
        "np.subtract(1, h, out=out); np.multiply(h, out, out=out)",
        test_rnn_basics.check_slopes,
    ),
    Mutant(
        "relu slope: 1 at 0",
        "rnn_basics",
        "np.greater(h, 0, out=out)",
        "np.greater_equal(h, 0, out=out)",
        test_rnn_basics.check_slopes,
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
