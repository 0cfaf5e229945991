"""Chapter 3: what people believe about vanishing and exploding gradients. The numbers are held by a test."""

from helpers.quiz import Option, Question

__all__ = ["QUESTIONS"]

QUESTIONS = [
    Question(
        "Each step back multiplies the gradient by 0.9. You double the sequence from 30 steps to 60. What becomes "
        "of the share that reaches the first step?",
        [
            Option(
                "It halves.",
                "That would be so if each step took away an equal piece. Each step multiplies: 4.2 % after 30 "
                "steps, 0.18 % after 60. That is 24 times less.",
            ),
            Option(
                "It is squared.",
                "Thirty more steps multiply once more by 0.9<sup>30</sup> = 0.042, and 0.042² = 0.0018.",
                right=True,
            ),
            Option(
                "It is 0.9 times what it was.",
                "That is one step more, not thirty.",
            ),
            Option(
                "Nothing: it is the same matrix at every step.",
                "The same matrix is the reason: it multiplies again at each step, so 30 more factors of 0.9 come in.",
            ),
        ],
    ),
    Question(
        "A linear network has a fixed matrix <i>W<sub>h</sub></i>, and all its eigenvalues are 0.9. What is sure "
        "about the gradient on its way back?",
        [
            Option(
                "It shrinks at every step.",
                "Only if the matrix stretches no direction. The matrix with rows (0.9, 5) and (0, 0.9) has these "
                "eigenvalues, and nine steps can stretch a gradient 19.4 times.",
            ),
            Option(
                "After <i>k</i> steps it is 0.9<sup><i>k</i></sup> of what it was.",
                "So it is for an orthogonal matrix times 0.9. In general the eigenvalues set the rate in the end, "
                "not the size on the way.",
            ),
            Option(
                "It vanishes in the end; before, it may grow.",
                "Spectral radius below 1 decides the limit and nothing else. With rows (0.9, 5) and (0, 0.9) the "
                "largest stretch climbs to 19.4 at step 9 and then dies.",
                right=True,
            ),
        ],
    ),
    Question(
        "<i>W<sub>h</sub></i> is 1.5 times an orthogonal matrix, the activation is tanh, and each step adds noise "
        "of standard deviation 1. What do 100 steps back do to the gradient?",
        [
            Option(
                "It explodes, by 1.5<sup>100</sup>, some 10<sup>17</sup>.",
                "That is the linear network. tanh multiplies each step by its slope 1 − <i>h</i>² too, and noise "
                "drives the units to where the slope is small.",
            ),
            Option(
                "It vanishes, to less than a hundred-thousandth.",
                "The noise saturates the units, and their slopes outweigh 1.5. With noise of 0.1 the same matrix "
                "makes it grow more than a hundredfold: the radius alone decides neither.",
                right=True,
            ),
            Option(
                "Neither: tanh keeps everything between −1 and 1.",
                "It keeps the states there. Gradients are multiplied by its slopes and by <i>W<sub>h</sub></i>, "
                "and that product has no such bounds.",
            ),
        ],
    ),
    Question(
        "The training log shows ‖∂<i>L</i>/∂<i>W<sub>h</sub></i>‖: some 10, steady from the first update to the "
        "last. What does it tell you about steps far back?",
        [
            Option(
                "They are heard: a vanishing gradient would show as a norm near 0.",
                "<i>W<sub>h</sub></i> is shared by all steps, and the last few alone can fill the norm. With an "
                "orthogonal tanh network of radius 0.5, steps 20 and more back give less than a millionth of it.",
            ),
            Option(
                "They are not heard: a norm so steady means that the weights do not learn.",
                "The weights are updated, and learn what the near steps teach. The norm does not say which steps "
                "they listen to.",
            ),
            Option(
                "Nothing.",
                "It is the norm of a sum over all steps. Only the sum taken apart, lag by lag, shows what is from far.",
                right=True,
            ),
        ],
    ),
    Question(
        "A gradient has norm 12.6, and one ten-millionth of it comes from far back. You clip by norm, with "
        "threshold 1. What share of the clipped gradient comes from far back?",
        [
            Option(
                "One ten-millionth, as before.",
                "Clipping by norm divides every entry by 12.6, near or far. It keeps the direction, so it can tame "
                "an explosion and cannot cure vanishing.",
                right=True,
            ),
            Option(
                "12.6 times as much, because the large part was cut.",
                "Cutting large entries alone is clipping by value. By norm, all entries shrink alike, and shares stay.",
            ),
            Option(
                "More: a learning rate that suits the clipped gradient gives the far part its chance.",
                "A learning rate multiplies all entries, too. No common factor changes a share.",
            ),
        ],
    ),
    Question(
        "You replace tanh by ReLU, whose slope is 1 for every active unit. What follows?",
        [
            Option(
                "Gradients no longer vanish: the slope is 1.",
                "The slope is 0 for the units at rest, and <i>W<sub>h</sub></i> multiplies as before. With a "
                "Gaussian matrix of radius 1 and 64 units, less than 10<sup>−10</sup> is left after 100 steps.",
            ),
            Option(
                "Gradients explode: ReLU has no upper bound.",
                "They can: a Gaussian matrix of radius 2 gives more than 10<sup>8</sup> after 100 steps. Of radius "
                "1, less than 10<sup>−10</sup>. ReLU decides neither.",
            ),
            Option(
                "Both remain possible, and it depends on <i>W<sub>h</sub></i>.",
                "The bound on the slope is 1 for both, so the theorem is the same. What ReLU takes away is "
                "saturation, and with it a brake. That is why it comes with an identity matrix to start from.",
                right=True,
            ),
        ],
    ),
    Question(
        "A trained network does not recall a name that it read 40 words ago. What have you found out?",
        [
            Option(
                "That gradients vanished in training.",
                "That is one cause of two. A network that never was trained to carry a name and one whose state "
                "fades on the way give the same wrong answer.",
            ),
            Option(
                "That its memory is too small: more hidden units will do.",
                "More units are more room. They change neither how fast a state fades nor whether a gradient arrives.",
            ),
            Option(
                "That the far past does not matter in these data.",
                "A gradient that arrives as zero looks the same with and without a dependence in the data. It "
                "takes an experiment to tell.",
            ),
            Option(
                "Not yet why: it may never have learned to, or forget while it reads.",
                "Learning goes back by the gradient, memory goes forward in the state. Measure both: the gradient "
                "by lag, and what a readout trained on the state can still recover.",
                right=True,
            ),
        ],
    ),
]
