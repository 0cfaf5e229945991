"""Chapter 8: what people believe about linear recurrences and scans. The numbers are held by a test."""

from helpers.quiz import Option, Question

__all__ = ["QUESTIONS"]

QUESTIONS = [
    Question(
        "A layer of this chapter runs <i>h<sub>t</sub></i> = <i>a<sub>t</sub></i> <i>h<sub>t−1</sub></i> + "
        "<i>b<sub>t</sub></i> with <i>a</i> and <i>b</i> made from the input alone. What has it given up, compared "
        "with a GRU?",
        [
            Option(
                "Gates: what is linear cannot decide what to keep.",
                "It is linear in the <em>state</em>. <i>a<sub>t</sub></i> may be any function of the input, a sigmoid "
                "for instance, and it decides at each step.",
            ),
            Option(
                "Gradients that reach far back.",
                "They are products of the <i>a</i>'s, known before anything has run, with no slope of tanh in between. "
                "A memory near 1 is easier to have here than there.",
            ),
            Option(
                "Decisions that depend on what it remembers.",
                "Whether to overwrite can no longer depend on what is there. A second layer gets some of it back, "
                "since its inputs are the states of the first. In exchange, all steps can be computed at once.",
                right=True,
            ),
            Option(
                "All nonlinearity, also of deep stacks.",
                "Between two layers there is one, and it is applied to each step by itself, so it does not stand in "
                "the way of the scan.",
            ),
        ],
    ),
    Question(
        "1,024 steps. A loop takes 1,023 combinations, a Hillis-Steele scan 9,217, in 10 rounds. On which machine is "
        "the loop the faster one?",
        [
            Option(
                "On one that can do as many combinations at a time as there are units.",
                "Then each of its moments is busy with a step of all units, and the scan's nine times as much work "
                "is nine times as much time. Depth counts only where there is something idle to fill.",
                right=True,
            ),
            Option(
                "On none: 10 rounds are fewer than 1,023.",
                "Each of these rounds has up to 1,023 combinations in it. Rounds are the time only if all of those "
                "run side by side.",
            ),
            Option(
                "On all: 9,217 is more than 1,023.",
                "With a thousand processors idle, ten rounds of a thousand combinations take the time of ten. Work is "
                "the time only on a machine that does one thing after the other.",
            ),
        ],
    ),
    Question(
        "An LRU's eigenvalue is exp(−exp(ν) + <i>i</i> exp(θ)). In training ν moves from −4 to −5. What happens to the "
        "half-life, 38 steps until now?",
        [
            Option(
                "It grows by one step, or by a few.",
                "ν stands in an exponent that stands in an exponent. What is divided by <i>e</i> is the logarithm of "
                "the radius.",
            ),
            Option(
                "It is multiplied by <i>e</i>, to about 103.",
                "The half-life is ln 2 / exp(ν): each step of 1 in ν is a factor of 2.7, wherever it starts from, and "
                "never enough to leave the unit circle.",
                right=True,
            ),
            Option(
                "The state explodes: the radius is above 1 now.",
                "exp(−exp(ν)) is below 1 for every ν. From 0.982 it goes to 0.993.",
            ),
            Option(
                "That depends on θ as well.",
                "θ turns the state round, and turning leaves its size as it is. The radius alone says how long.",
            ),
        ],
    ),
    Question(
        "One linear layer, float32, all factors strictly between 0 and 1. It is to say whether the ones so far are "
        "even or odd in number. You put a deep network behind it as a readout. What do you get on long sequences?",
        [
            Option(
                "The right answer, if that network is deep enough.",
                "It can count up to a few, as far as the states differ. After many ones they do not, and two equal "
                "numbers stay equal through any network.",
            ),
            Option(
                "The right answer after longer training.",
                "Nothing is wrong with the training. There are no weights, of this kind, that do it at every length.",
            ),
            Option(
                "The right answer in float64.",
                "A few more ones are told apart there, until the steps of the state are below its last digit. The end "
                "moves, and stays.",
            ),
            Option(
                "Chance.",
                "Fed with ones alone, the state creeps to its limit from one side and arrives. Then one more 1 "
                "changes nothing, and what is not in the state nobody can read from it. A factor of −1 has no such "
                "end.",
                right=True,
            ),
        ],
    ),
    Question(
        "λ is a parameter, and goes from 0.9 to 0.99. The state's own gradient is λ at each step, so nothing "
        "explodes. How much more does the state move for a small change of λ (its mean square, white noise)?",
        [
            Option(
                "About ten times.",
                "That is about how much the <em>memory</em> grows, and the variance of the state with it: from 5.3 "
                "to 50.",
            ),
            Option(
                "About a thousand times.",
                "From 264 to 251,263, as 1/(1 − λ<sup>2</sup>)<sup>3</sup>. So a learning rate that is right for the "
                "one is a thousand times too large for the other: the curse of memory, with no gradient vanished.",
                right=True,
            ),
            Option(
                "Not at all: the gradient does not explode.",
                "Through the state it does not. But λ acts at every step of a longer past, and all these effects are "
                "added up.",
            ),
        ],
    ),
    Question(
        "Measured for one layer of width 128 on one thread: at 64 steps a linear recurrence and attention train about "
        "equally fast, at 8,192 steps it is 40 ms against 1,142. Your sentences have 30 words. Which do you take?",
        [
            Option(
                "Whichever is better at your task.",
                "At 30 steps speed does not decide. Then recall does: attention looks at every word again, the "
                "recurrence has only what it kept. Measure both on your data.",
                right=True,
            ),
            Option(
                "The recurrence, since it is linear in the length.",
                "It is, and attention is not; at 30 words that is a difference of nothing. A rate of growth says who "
                "wins in the end, and not where the end begins.",
            ),
            Option(
                "Attention, since recurrence cannot be run in parallel.",
                "That was chapter 1's network. A linear recurrence trains by a scan, all steps in a few rounds.",
            ),
            Option(
                "The recurrence, for its cheaper next token.",
                "It keeps 512 bytes where attention keeps 1 KB for each word, 30 KB here. That matters after "
                "thousands of words, or with thousands of readers.",
            ),
        ],
    ),
]
