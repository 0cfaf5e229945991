"""Chapter 1: what people believe about recurrent networks. The numbers are held by a test."""

from helpers.quiz import Option, Question

__all__ = ["QUESTIONS"]

QUESTIONS = [
    Question(
        "A feed-forward network reads a sentence one word at a time and says of each word whether it is a noun. On "
        "what does its answer for the fifth word depend?",
        [
            Option(
                "On the words one to five.",
                "That would be a recurrent network, or a window over five words. This one gets the fifth word and "
                "nothing else.",
            ),
            Option(
                "On the fifth word alone.",
                "Nothing is kept from one word to the next, so shuffling the sentence changes no answer: it only "
                "moves them.",
                right=True,
            ),
            Option(
                "On the fifth word and its own answer for the fourth.",
                "Feeding an answer back is what makes a network recurrent (Jordan, 1986). Outputs of a feed-forward "
                "network do not see each other.",
            ),
        ],
    ),
    Question(
        "You train a recurrent network on sequences of 20 steps and run it on one of 2,000. How many parameters "
        "does it have there?",
        [
            Option(
                "A hundred times as many: one copy for each step.",
                "The drawing, unrolled, shows a copy for each step. They are copies of the same weights, and training "
                "changes all at once.",
            ),
            Option(
                "As many, as long as the state is a hundred times as large.",
                "The state keeps its size, too. That is the catch: 2,000 steps have to fit where 20 did.",
            ),
            Option(
                "As many as before.",
                "<i>T</i> stands in no weight's shape. That the network <em>runs</em> on 2,000 steps does not say "
                "that it is any good there.",
                right=True,
            ),
        ],
    ),
    Question(
        "A table of all trigrams over 10,000 words has 10<sup>12</sup> entries; a recurrent network with 200 units "
        "has four million parameters. What follows?",
        [
            Option(
                "Recurrence has solved the curse of dimensionality.",
                "Recurrence shares weights over steps: that deals with length. That contexts share what is learned "
                "comes of word and state <em>vectors</em>, which a network with a fixed window has as well.",
            ),
            Option(
                "The network holds the same table in less room.",
                "It holds no table. It computes each probability from 200 numbers, so that similar contexts get "
                "similar ones, and whatever 200 numbers cannot tell apart is lost.",
            ),
            Option(
                "It can give every context a probability, good or bad.",
                "So much and no more. A trigram that never occurred has no count, but it has a state. Whether the "
                "prediction is good, bits on unseen text must tell.",
                right=True,
            ),
        ],
    ),
    Question(
        "From the prices of the last days, a recurrent network is to say what bread will cost tomorrow, in cents. What "
        "is its loss?",
        [
            Option(
                "Cross-entropy, as always with recurrent networks.",
                "That belongs to answers that are symbols. Language models made it familiar; the network knows "
                "nothing of it.",
            ),
            Option(
                "One that fits amounts, such as the squared error.",
                "The loss is the task's. The recurrence only says how the numbers came about.",
                right=True,
            ),
            Option(
                "The distance between its state and the state that it should have had.",
                "Nobody knows which state it should have. Targets are for outputs; the state is the network's own.",
            ),
        ],
    ),
    Question(
        "300 strokes of a pen come in, the 40 letters that were written are to go out. Can recurrent networks do that?",
        [
            Option(
                "No: they give one output for each input.",
                "One state for each input. Which states are asked for an output is your choice: all, only the last, "
                "or those of a second network.",
            ),
            Option(
                "Yes: an encoder reads all strokes, then a decoder writes letters until an end mark.",
                "Unaligned many-to-many. The decoder says itself when it is done, so the lengths need not agree.",
                right=True,
            ),
            Option(
                "Only if each letter takes the same number of strokes.",
                "Then the problem would be aligned after cutting the strokes into 40 groups. An encoder and a decoder "
                "need no such luck.",
            ),
        ],
    ),
    Question(
        "The network reads h, e, l, l and is to say e, l, l, o. Its <i>W<sub>h</sub></i> is fixed at 0. How low can "
        "training bring the mean loss over the four steps?",
        [
            Option(
                "To 0.347.",
                "Without a past, both l look alike. Half for l, half for o is the best there: ln 2 = 0.693 at two "
                "of four steps, and 0 at the others.",
                right=True,
            ),
            Option(
                "To 0: there are more weights than letters.",
                "However many weights, one input gives one output. After l it would have to be sure of l and sure "
                "of o.",
            ),
            Option(
                "To 0.693.",
                "That is ln 2, the price of one step after l. The steps after h and after e cost nothing, so the mean "
                "is half of it.",
            ),
            Option(
                "To 1.386.",
                "That is ln 4, the loss of a network that knows nothing at all. This one sees the present letter.",
            ),
        ],
    ),
    Question(
        "Of two symbols a network gives one the probability 0.8, the other 0.2. You sample with temperature 0.5. "
        "With which probabilities are they drawn?",
        [
            Option(
                "0.8 and 0.2: a temperature changes chance, not probabilities.",
                "It divides the scores before the softmax, so it changes them. Only at temperature 1 they stay.",
            ),
            Option(
                "0.67 and 0.33.",
                "That is temperature 2: square roots, made to sum to 1. Above 1 the distribution gets flatter.",
            ),
            Option(
                "0.94 and 0.06.",
                "Scores divided by 0.5 are doubled, so probabilities are squared: 0.64 to 0.04, and 0.64 / 0.68 is "
                "0.94. Below 1 the distribution gets sharper.",
                right=True,
            ),
            Option(
                "1 and 0: the largest score wins.",
                "That is temperature 0, the limit. At 0.5 the other one still has a chance of 6 %.",
            ),
        ],
    ),
]
