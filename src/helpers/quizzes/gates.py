"""Chapter 4: what people believe about gates. The numbers are held by a test."""

from helpers.quiz import Option, Question

__all__ = ["QUESTIONS"]

QUESTIONS = [
    Question(
        "What lets a gradient last longer in an LSTM than in a tanh network?",
        [
            Option(
                "Its gates are sigmoids, which cannot make anything explode.",
                "A sigmoid between 0 and 1 does not make a gradient last: a product of numbers below 1 shrinks. And "
                "an LSTM can explode, by way of its matrices.",
            ),
            Option(
                "It has four times as many parameters to store the past in.",
                "Parameters are learned and then fixed; the past of this sequence is in the state. A tanh network "
                "with as many parameters forgets as before.",
            ),
            Option(
                "The cell is carried on by an addition, scaled by <i>f</i> alone.",
                "On that way there is no matrix and no slope, only <i>f</i>. Where <i>f</i> is near 1, the gradient "
                "is handed on nearly whole. That is as good as <i>f</i> is, no better.",
                right=True,
            ),
            Option(
                "Its gradients are clipped between 0 and 1 by the gates.",
                "Gates scale the gradient, they do not clip it; and what goes back through their matrices has no "
                "bound at all.",
            ),
        ],
    ),
    Question(
        "A fresh LSTM with forget bias 0: each <i>f</i> is about one half, and 99 of them make 1.6 · 10<sup>−30</sup>. "
        "How large is the gradient of <i>c</i><sub>99</sub> with respect to <i>c</i><sub>0</sub>?",
        [
            Option(
                "That number: nothing but <i>f</i> stands between the two cells.",
                "On the direct path. But <i>c</i> also acts on <i>h</i>, <i>h</i> on all gates of the next step, and "
                "these on <i>c</i> again.",
            ),
            Option(
                "More, by nine powers of ten: other paths go through the gates.",
                "With this chapter's 32 units the whole Jacobian has a norm near 10<sup>−21</sup>. The product "
                "of the forget gates is one path of many, here not the one that counts. Both are as good as nothing.",
                right=True,
            ),
            Option(
                "Less: the slopes of sigmoid and tanh come on top.",
                "They come in on the other paths, and those are added. They do not multiply the direct one.",
            ),
        ],
    ),
    Question(
        "A unit holds its forget gate at 1, its input gate at 1 and its candidate at 0.5, for 20 steps. Its cell was "
        "0. What is in it now?",
        [
            Option(
                "0: with <i>f</i> at 1 the cell is kept as it was.",
                "<i>f</i> says that nothing is taken away. <i>i</i> says that something is added at each step, and to "
                "keep a cell it takes both: <i>f</i> near 1 and <i>i</i> near 0.",
            ),
            Option(
                "10.",
                "Twenty times 0.5. The two gates are set independently, so an LSTM can count. Its cell has no bound; "
                "only what it shows, <i>o</i> tanh(<i>c</i>), stays between −1 and 1.",
                right=True,
            ),
            Option(
                "0.5: the cell takes on the candidate.",
                "With coupled gates, <i>i</i> = 1 − <i>f</i>, and in a GRU, a new value displaces the old. Here "
                "nothing is displaced.",
            ),
            Option(
                "Impossible: <i>i</i> and <i>f</i> sum to 1.",
                "In coupled variants and in a GRU they do. A plain LSTM has rows of weights for each of the two.",
            ),
        ],
    ),
    Question(
        "The four blocks of rows of an LSTM are <i>i</i>, <i>f</i>, <i>g</i>, <i>o</i>. What are they?",
        [
            Option(
                "Four layers, one on top of the other.",
                "All four read the same <i>x</i> and the same old <i>h</i>, side by side. It is one layer; none reads "
                "what another one wrote in the same step.",
            ),
            Option(
                "Three gates and a candidate, in one layer.",
                "<i>i</i>, <i>f</i> and <i>o</i> are sigmoids, from 0 to 1: how much. <i>g</i> is a tanh, from −1 to "
                "1: what. It is gated, it does not gate.",
                right=True,
            ),
            Option(
                "Four gates, each a sigmoid of <i>x</i> and <i>h</i>.",
                "With a sigmoid for <i>g</i> nothing negative could ever be written. It is a tanh; and it is what is "
                "written, not how much.",
            ),
        ],
    ),
    Question(
        "A GRU was trained with the reset gate after the product with <i>W<sub>h</sub></i>, as in PyTorch. You load "
        "its weights into a program that resets before. What happens?",
        [
            Option(
                "The same numbers: a product can be taken in any order.",
                "Reset is entry by entry, the product mixes entries. Scaling first and mixing then is not mixing "
                "first and scaling then, unless <i>W<sub>h</sub></i> is diagonal.",
            ),
            Option(
                "An error: the shapes do not fit.",
                "All matrices have the same shapes in both. A second bias may be left over, and if the program adds "
                "the two into one you will not even see that.",
            ),
            Option(
                "It runs, and computes something else.",
                "Same shapes, another function: nothing warns you. Compare one step with known numbers whenever "
                "weights change house.",
                right=True,
            ),
        ],
    ),
    Question(
        "A language model has 10,000 words, each a vector of 200, an LSTM layer of 200 units and an output layer. You "
        "put a GRU of 200 units in the place of the LSTM. How many parameters does that save?",
        [
            Option(
                "A quarter: three blocks for four.",
                "A quarter <em>of that layer</em>, 80,400 of 321,600 as PyTorch counts. The words' vectors and the "
                "output layer have 4 million, and keep them.",
            ),
            Option(
                "About 2 % of them.",
                "80,400 of 4.3 million. Compare two models at equal size of the whole, and say which size you mean.",
                right=True,
            ),
            Option(
                "None: a GRU has two biases where an LSTM has one.",
                "Two biases make 400 numbers in a block, its matrices 80,000. And in PyTorch both have two.",
            ),
        ],
    ),
    Question(
        "In PyTorch you set the forget rows of <code>bias_ih_l0</code> and of <code>bias_hh_l0</code> to 1. With "
        "inputs and state near 0, how long is the half-life of the cell?",
        [
            Option(
                "About 2 steps, as a forget bias of 1 gives.",
                "Two biases of 1 are a bias of 2: PyTorch adds them before the sigmoid. Set one to 1 and the other to "
                "0 if 1 is what you want.",
            ),
            Option(
                "About 5 steps.",
                "The sum counts: σ(2) = 0.88, whose half-life is 5.5 steps. It is a frequent reason why two programs "
                'with "forget bias 1" do not agree.',
                right=True,
            ),
            Option(
                "1 step: biases do not change how long a cell keeps.",
                "The bias is what the forget gate is at when everything else is near 0. A half-life of 1 step is "
                "σ(0) = 0.5, without any bias.",
            ),
            Option(
                "Without end: the forget gate is at 1.",
                "Its <em>bias</em> is. The gate is a sigmoid of it, and stays below 1 for any bias.",
            ),
        ],
    ),
    Question(
        "PyTorch's LSTM returns <code>output</code>, <code>(h_n, c_n)</code>. Where is the cell of step 5, out of 20?",
        [
            Option(
                "In <code>output[4]</code>.",
                "There is <i>h</i> of step 5, <i>o</i> tanh(<i>c</i>): what the output gate shows of the cell.",
            ),
            Option(
                "In <code>c_n[4]</code>.",
                "The first axis of <code>c_n</code> counts layers (and directions), not steps.",
            ),
            Option(
                "Nowhere.",
                "Of the cell only the last step is returned. To see the others, run the layer step by step, or write "
                "it yourself, as in this chapter.",
                right=True,
            ),
        ],
    ),
]
