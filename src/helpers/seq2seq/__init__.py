"""Chapter 6: sequence to sequence. An encoder reads, a decoder writes, and attention lets the decoder look back.

Training is PyTorch's, which is imported inside the functions. Attention in NumPy, the searches and the phrases to be
translated are modules of their own, `helpers.attention`, `helpers.decoding` and `helpers.phrases`; their functions can
also be had from here. `gru_arrays` and `attention_arrays` take trained weights over to NumPy.
"""

from helpers.attention import additive_attention, additive_backward, dot_attention, dot_backward
from helpers.decoding import Hypothesis, beam_search, beam_steps, greedy_search, sample_search
from helpers.phrases import (
    END,
    PAD,
    SOURCE_WORDS,
    START,
    TARGET_WORDS,
    Batch,
    Pair,
    batch_of,
    date_pair,
    date_words,
    number_pair,
    number_words,
    source_of,
    target_of,
)
from helpers.seq2seq.model import (
    Memory,
    Seq2Seq,
    attend,
    check_attention,
    decoder_step,
    encode,
    parameters,
    start_seq2seq,
)
from helpers.seq2seq.training import teacher_forced, train_seq2seq
from helpers.seq2seq.translating import alignment, decoder, exact_match, translate
from helpers.seq2seq.weights import AttentionWeights, attention_arrays, gru_arrays

__all__ = [
    "END",
    "PAD",
    "SOURCE_WORDS",
    "START",
    "TARGET_WORDS",
    "AttentionWeights",
    "Batch",
    "Hypothesis",
    "Memory",
    "Pair",
    "Seq2Seq",
    "additive_attention",
    "additive_backward",
    "alignment",
    "attend",
    "attention_arrays",
    "batch_of",
    "beam_search",
    "beam_steps",
    "check_attention",
    "date_pair",
    "date_words",
    "decoder",
    "decoder_step",
    "dot_attention",
    "dot_backward",
    "encode",
    "exact_match",
    "greedy_search",
    "gru_arrays",
    "number_pair",
    "number_words",
    "parameters",
    "sample_search",
    "source_of",
    "start_seq2seq",
    "target_of",
    "teacher_forced",
    "train_seq2seq",
    "translate",
]
