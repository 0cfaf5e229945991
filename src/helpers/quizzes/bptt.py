"""Chapter 2: what people believe about backpropagation through time. The numbers are held by a test."""

from helpers.quiz import Option, Question

__all__ = ["QUESTIONS"]

QUESTIONS = [
    Question(
        "A network reads 50 steps, with one loss at the end. What is ∂<i>L</i>/∂<i>W<sub>h</sub></i>?",
        [
            Option(
                "The sum of 50 terms, one for each step.",
                "<i>W<sub>h</sub></i> is used 50 times, and each use has a term of its own, even though there is one "
                "loss only.",
                right=True,
            ),
            Option(
                "One term, that of step 50, where the loss is.",
                "The loss is there. What the state at step 50 is, all 49 steps before have had a part in, with the "
                "same matrix.",
            ),
            Option(
                "The mean of 50 terms, one for each step.",
                "A sum. The mean is a choice that is sometimes made for the <em>losses</em>, and here there is one. "
                "The chain rule adds.",
            ),
        ],
    ),
    Question(
        "There is a loss at every step. From where does the error reach <i>h<sub>t</sub></i>?",
        [
            Option(
                "From the output of step <i>t</i>.",
                "That is one of two ways. The state also acts on all later losses, through the next state.",
            ),
            Option(
                "From the output of step <i>t</i> and from <i>h</i><sub><i>t</i>−1</sub>.",
                "Forward, the state comes from the one before. Errors travel the other way.",
            ),
            Option(
                "From the output of step <i>t</i> and from <i>h</i><sub><i>t</i>+1</sub>.",
                "What is above it, and what is after it: the two things that it acts on.",
                right=True,
            ),
            Option(
                "From the outputs of all steps, directly.",
                "The later outputs have their say, but by way of the next state. The earlier ones have none: they do "
                "not depend on it.",
            ),
        ],
    ),
    Question(
        "A sequence has 10,000 steps. Somebody says: backpropagation through all of it will never converge. What is "
        "right?",
        [
            Option(
                "It will not: 10,000 factors leave no gradient.",
                "The far terms may vanish, and chapter 3 is about that. The near ones are there at any length, "
                "and training goes on with them.",
            ),
            Option(
                "One update takes 10,000 steps of time and memory; convergence is another matter.",
                "Its gradient is exact. What speaks against it is the price: one slow update where chunks of 20 would "
                "have made 500, and 10,000 states to keep.",
                right=True,
            ),
            Option(
                "It converges, and faster than truncated training: its gradient is exact.",
                "Exact for each update, and few updates in the time. Which one is ahead after an hour depends on the "
                "task: measure.",
            ),
        ],
    ),
    Question(
        "Chunks of 20 steps, a loss at every step. How many states does a loss reach?",
        [
            Option(
                "20.",
                "Only the last one in its chunk. That would be a sliding window, which costs 20 steps back for "
                "every step forward.",
            ),
            Option(
                "1 to 20, and 10.5 on average.",
                "The first loss of a chunk reaches its own state alone, the last all 20. Chunks of 20 do not "
                "give a memory of 20.",
                right=True,
            ),
            Option(
                "All that came before: the state is carried on.",
                "The state is, forward. The gradient stops at the first step of the chunk.",
            ),
            Option(
                "1: each loss reaches its own state.",
                "That is the first one of a chunk. The others go back from step to step, up to where it begins.",
            ),
        ],
    ),
    Question(
        "You average the truncated gradient over a million sequences. What do you get?",
        [
            Option(
                "The full gradient: errors average out.",
                "Random errors do. What truncation leaves out is left out each time, and with the same sign if the "
                "far terms have one.",
            ),
            Option(
                "The full gradient but for a factor, which the learning rate can make up for.",
                "If all terms shrank alike. The far terms become 0 and the near ones stay, so the direction changes.",
            ),
            Option(
                "A precise value of something else.",
                "Averaging takes away variance and leaves bias. One can do without the bias, at the price of more "
                "variance (Tallec and Ollivier, 2017).",
                right=True,
            ),
        ],
    ),
    Question(
        "A long text is cut into chunks of 50 steps, and you train with the state carried on. You shuffle the chunks, "
        "as one shuffles examples elsewhere. What happens?",
        [
            Option(
                "It helps: neighbouring chunks are too much alike.",
                "For examples that stand alone. These do not: each begins where another one ended, and now that is "
                "some other place in the text.",
            ),
            Option(
                "Each chunk begins with a state that belongs to another place.",
                "The past it reports is not this chunk's. Keep the order, and for a batch read several parts of the "
                "text side by side, a state for each. Or shuffle, and start every chunk from 0.",
                right=True,
            ),
            Option(
                "<i>W<sub>h</sub></i> is no longer trained.",
                "It is, in every chunk, by the losses there, whatever state the chunk began with.",
            ),
        ],
    ),
    Question(
        "A network has 100 units, and each sequence 1,000 steps. Backpropagation keeps the states; real-time recurrent "
        "learning keeps how each unit depends on each weight of <i>W<sub>h</sub></i>. Which keeps fewer numbers?",
        [
            Option(
                "Backpropagation through time: 10<sup>5</sup> to 10<sup>6</sup>.",
                "1,000 × 100 against 100 × 100². They meet at <i>T</i> = <i>H</i>², here 10,000 steps; beyond that, "
                "going forward keeps less, and still takes more time.",
                right=True,
            ),
            Option(
                "Real-time recurrent learning: it keeps nothing of the past.",
                "It keeps no past states. In their place it carries a derivative for each unit and each weight, "
                "100 × 10,000 of them.",
            ),
            Option(
                "Both alike: they compute the same gradient.",
                "The same gradient in another order, and the order decides what must be kept.",
            ),
        ],
    ),
]
