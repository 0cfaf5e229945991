"""Chapter 8: where recurrence went. A linear recurrence can be run by a parallel scan.

The recurrence and its scans; the LRU, whose eigenvalues cannot leave the unit circle; minGRU and minLSTM, whose gates
see the input alone; what the sensitivity to an eigenvalue becomes as memory grows; and parity, which positive
eigenvalues cannot track. Training on parity is PyTorch's, which is imported inside the functions of
`helpers.linear_recurrence.parity`.
"""

from helpers.linear_recurrence.lru import (
    LRUParameters,
    RealRNN,
    eigenvalue_response,
    lru_as_rnn,
    lru_eigenvalues,
    lru_forward,
    lru_kernel,
    lru_normalisation,
    start_lru,
)
from helpers.linear_recurrence.minimal import mingru_forward, mingru_step, minlstm_forward, minlstm_step
from helpers.linear_recurrence.parity import (
    KINDS,
    ParityModel,
    ParityRun,
    parity_accuracy,
    parity_factors,
    parity_states,
    start_parity,
    train_parity,
)
from helpers.linear_recurrence.scan import (
    METHODS,
    RecurrenceGradients,
    ScanCost,
    combine,
    linear_recurrence,
    scan,
    scan_backward,
    scan_cost,
    scan_levels,
)
from helpers.linear_recurrence.sensitivity import PARAMETRISATIONS, parameter_sensitivity, state_variance
from helpers.linear_recurrence.tracking import parity_by_hand, parity_task, steps_until_still

__all__ = [
    "KINDS",
    "METHODS",
    "PARAMETRISATIONS",
    "LRUParameters",
    "ParityModel",
    "ParityRun",
    "RealRNN",
    "RecurrenceGradients",
    "ScanCost",
    "combine",
    "eigenvalue_response",
    "linear_recurrence",
    "lru_as_rnn",
    "lru_eigenvalues",
    "lru_forward",
    "lru_kernel",
    "lru_normalisation",
    "mingru_forward",
    "mingru_step",
    "minlstm_forward",
    "minlstm_step",
    "parameter_sensitivity",
    "parity_accuracy",
    "parity_by_hand",
    "parity_factors",
    "parity_states",
    "parity_task",
    "scan",
    "scan_backward",
    "scan_cost",
    "scan_levels",
    "start_lru",
    "start_parity",
    "state_variance",
    "steps_until_still",
    "train_parity",
]
