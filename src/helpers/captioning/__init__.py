"""Chapter 7: image captioning. A frozen CNN looks, an LSTM tells.

Training is PyTorch's, which is imported inside the functions: BLEU, the vocabulary, the loader of real captions and the
decoder in NumPy work without it. `helpers.scenes` draws the images, `helpers.decoding` searches for captions.
"""

from helpers.captioning.bleu import BleuParts, bleu, bleu_parts
from helpers.captioning.coco import Captioned, Loaded, load_coco, load_karpathy, words_of
from helpers.captioning.evaluation import Judgement, exact_match, judge, slots, subjects, tell, tell_alternatives
from helpers.captioning.eye import eye_accuracy, look, name_attributes, pixels, start_eye, train_eye
from helpers.captioning.numpy_teller import (
    Layer,
    TellerArrays,
    numpy_decoder,
    numpy_first_state,
    numpy_teller_step,
    teller_arrays,
)
from helpers.captioning.pointing import attention_maps, object_cells, pointing_scores
from helpers.captioning.teller import (
    LIMIT,
    Teller,
    canonical,
    first_state,
    places,
    start_teller,
    teacher_forced,
    teller_decoder,
    teller_step,
    train_teller,
)
from helpers.captioning.torchvision_eye import look_at_photographs, open_image, photographs, start_torchvision_eye
from helpers.captioning.vocabulary import (
    END,
    PAD,
    START,
    UNKNOWN,
    WORDS,
    build_vocabulary,
    decode_caption,
    encode_captions,
)

__all__ = [
    "END",
    "LIMIT",
    "PAD",
    "START",
    "UNKNOWN",
    "WORDS",
    "BleuParts",
    "Captioned",
    "Judgement",
    "Layer",
    "Loaded",
    "Teller",
    "TellerArrays",
    "attention_maps",
    "bleu",
    "bleu_parts",
    "build_vocabulary",
    "canonical",
    "decode_caption",
    "encode_captions",
    "exact_match",
    "eye_accuracy",
    "first_state",
    "judge",
    "load_coco",
    "load_karpathy",
    "look",
    "look_at_photographs",
    "name_attributes",
    "numpy_decoder",
    "numpy_first_state",
    "numpy_teller_step",
    "object_cells",
    "open_image",
    "photographs",
    "pixels",
    "places",
    "pointing_scores",
    "slots",
    "start_eye",
    "start_teller",
    "start_torchvision_eye",
    "subjects",
    "teacher_forced",
    "tell",
    "tell_alternatives",
    "teller_arrays",
    "teller_decoder",
    "teller_step",
    "train_eye",
    "train_teller",
    "words_of",
]
