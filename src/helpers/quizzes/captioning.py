"""Chapter 7: what people believe about captions. The numbers are held by a test."""

from helpers.quiz import Option, Question

__all__ = ["QUESTIONS"]

QUESTIONS = [
    Question(
        "You chop a trained CNN to feed a decoder with attention. What do you hand on?",
        [
            Option(
                "The scores of its last layer, since they say what is in the image.",
                "They say it for the whole image and for the classes that it was trained on. Where something is, and "
                "how things lie to one another, is gone by then.",
            ),
            Option(
                "What stands before the last layer, pooled into one vector.",
                "Good enough for Show and Tell. Attention over a single vector has nothing to choose from: its one "
                "weight is always 1.",
            ),
            Option(
                "The last grid before the pooling.",
                "One vector for each place, so that there is a <em>where</em> to attend to. Pooling and the last "
                "layer go, both of them.",
                right=True,
            ),
            Option(
                "The pixels; attention finds the rest by itself.",
                "Then the decoder would have to learn to see from captions alone. To have that done already, on "
                "plentiful labels, is why the CNN is there.",
            ),
        ],
    ),
    Question(
        "No training scene with a caption shows a red triangle. The model names red triangles in new scenes. Has it "
        "never seen one?",
        [
            Option(
                "The decoder has not, the CNN has.",
                "The CNN was trained on single objects of all 24 pairs of colour and shape. So this tests whether the "
                "<em>decoder</em> composes, not whether the eye does. Say so beside the number.",
                right=True,
            ),
            Option(
                "Right: the pair is held out, so it is new to the whole model.",
                "A split says what it holds out from what. Here it holds pairs out from the scenes with captions; "
                "what the CNN was trained on is another set.",
            ),
            Option(
                "It must have: what was never seen cannot be named.",
                "<i>Red</i> and <i>triangle</i> are two words, and each was seen often. Saying two known words in a "
                "new pair is just what is tested, and it can succeed.",
            ),
        ],
    ),
    Question(
        "In Show and Tell the image is the first input of the LSTM. The decoder is about to write its eighth word. "
        "Where does it get the image from?",
        [
            Option(
                "From the input: the image comes with every word.",
                "That is another model. Vinyals and others tried it and found it worse; theirs reads the image once, "
                "and words from then on.",
            ),
            Option(
                "From <i>h</i> and <i>c</i>, whatever is left in them.",
                "<i>H</i> numbers of each, written at the first step, and carried through all words since. The same "
                "bottleneck as in translation, with an image in the place of a sentence.",
                right=True,
            ),
            Option(
                "From the weights of its image layer.",
                "Weights are the same for all images. They say how an image is turned into an input, not which image "
                "this one is.",
            ),
            Option(
                "It does not need it: the words so far determine the next one.",
                "They help with grammar. <i>a large red</i> may go on as a circle or as a square, and only the image "
                "says which.",
            ),
        ],
    ),
    Question(
        "Soft attention over 64 places, before one word. Which sentence is right?",
        [
            Option(
                "It looks at the place with the largest weight and ignores the others.",
                "That would be hard attention, a choice. Soft attention takes a weighted mean, to which every place "
                "adds something, and which has a gradient everywhere.",
            ),
            Option(
                "Each place gets a weight of its own between 0 and 1, so two objects can both have 1.",
                "The softmax runs over the places: 64 weights, one sum. To look at two objects at once it must "
                "share, one half each.",
            ),
            Option(
                "All 64 weights are above 0, and they sum to 1.",
                "A weighted mean of all places, however unequal. A bright spot in the map is a large share of that "
                "mean; the dark rest, taken together, can still outweigh it.",
                right=True,
            ),
            Option(
                "The weights sum to 1 over all words of the caption, place by place.",
                "Nothing ties the words' maps to one another. Each word has 64 weights that sum to 1; a place may be "
                "looked at for every word, or for none.",
            ),
        ],
    ),
    Question(
        "Both references are right: <i>a red circle above a blue square</i>, <i>a blue square below a red circle</i>. "
        "The caption says <i>a blue circle below a red square</i>. Its BLEU-1?",
        [
            Option(
                "71: two of its seven words, the colours, are wrong.",
                "They stand at wrong places. BLEU-1 does not know places, it counts words, and both colours are in "
                "the references.",
            ),
            Option(
                "0: it says nothing true about the picture.",
                "It should be, if BLEU judged what is said. It compares runs of words, and runs of one word have no "
                "order at all.",
            ),
            Option(
                "57: colours and relation are wrong, four of seven are left.",
                "Each word is looked up in either reference, and <i>below</i> is in the second one. So is everything "
                "else.",
            ),
            Option(
                "100.",
                "Each of its words is in a reference, as often. Wrong colours, wrong relation, perfect score. Exact "
                "match against the true captions sees it; so does, in part, BLEU-4.",
                right=True,
            ),
        ],
    ),
    Question(
        "A decoder says <i>a</i> to every image, and stops. All references have nine words, <i>a</i> among them. Its "
        "BLEU-1?",
        [
            Option(
                "100: every word that it says is right.",
                "So is its precision, and if that were all, silence after one safe word would win. The brevity "
                "penalty is there for it.",
            ),
            Option(
                "11: one word of nine.",
                "That is the share of the reference that is found, a recall. BLEU has none; it multiplies the "
                "precision by a penalty that falls faster.",
            ),
            Option(
                "About 0.03.",
                "A precision of 100, times exp(1 − 9/1), which is 0.0003. Lengths are added up over the corpus, so one "
                "short caption among long ones costs little.",
                right=True,
            ),
        ],
    ),
    Question(
        "You have tried twelve settings on the dev split of unseen pairs. The best is right in 91 % of its scenes. "
        "What do you report?",
        [
            Option(
                "A new number for this setting, from scenes that were used for nothing else.",
                "The best of twelve is chosen for its ability and for its luck; on fresh scenes the luck is gone. Draw "
                "them, run once, report what comes, with several seeds.",
                right=True,
            ),
            Option(
                "91 %: no scene of that split was trained on.",
                "Not by gradients. But you chose by it, twelve times, and a choice learns from its data, too. The "
                "maximum of noisy numbers is too high on average.",
            ),
            Option(
                "The mean of the twelve.",
                "That says how good a setting is that nobody chose. You want to know how good the chosen one is, and "
                "only scenes that did not choose it can tell.",
            ),
            Option(
                "91 %, with the confidence interval for that many scenes.",
                "The interval is for one setting, named beforehand. For the best of twelve it lies too high, centre "
                "and all.",
            ),
        ],
    ),
    Question(
        "A model is right in 98 % of the scenes. While it writes <i>triangle</i>, its map of attention lies beside the "
        "triangle as often as on it. What follows?",
        [
            Option(
                "It guesses, and its accuracy is luck.",
                "Not 98 %, on new scenes with thousands of possible captions. The word is known from somewhere; it "
                "just need not be the brightest place.",
            ),
            Option(
                "The maps are computed wrongly.",
                "Look for swapped axes first, by all means. But maps like these occur in sound programs, with one seed "
                "and not with the next.",
            ),
            Option(
                "The network does not use the image for this word.",
                "It may use it by another way. Places beside the triangle see it, too, and the state has looked at "
                "the image before.",
            ),
            Option(
                "A map shows where the weights are, not why the word is right.",
                "Neighbouring places overlap in what they see, and the state brings along what was read earlier. To "
                "learn what a word depends on, change the image there and see.",
                right=True,
            ),
        ],
    ),
]
