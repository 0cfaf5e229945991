"""Chapter 5: what people believe about bidirectional and deep networks. The numbers are held by a test."""

from helpers.quiz import Option, Question

__all__ = ["QUESTIONS"]

QUESTIONS = [
    Question(
        "A bidirectional layer has read a sentence of 20 words. You take <code>output[-1]</code>. What has its "
        "backward half read?",
        [
            Option(
                "All 20 words, from the last to the first.",
                "That is the backward half of <code>output[0]</code>. The backward chain ends where the forward "
                "one begins.",
            ),
            Option(
                "The last word.",
                "It starts there, so this is its state after one step. To say something about the sentence, take the "
                "forward half at the last word and the backward half at the first.",
                right=True,
            ),
            Option(
                "Nothing: it is the state that the backward chain starts from.",
                "That one stands a step further right, where there is no word. At the last word the chain has read "
                "that word.",
            ),
        ],
    ),
    Question(
        "A bidirectional layer reads 20 steps. You change the input of step 10 and nothing else. What changes in its "
        "output at step 5?",
        [
            Option(
                "Nothing: step 5 reads the inputs 5 and 16, the first and its mirror image.",
                "Inputs are never joined. Each chain reads one input a step, and what is joined are the two states "
                "that stand at the same step.",
            ),
            Option(
                "Nothing: step 10 comes later.",
                "Later for the forward chain. The backward chain has passed step 10 on its way to step 5.",
            ),
            Option(
                "The backward half.",
                "It has read steps 20 to 5, the forward half steps 1 to 5. They stand side by side, and neither "
                "reads the other within the layer.",
                right=True,
            ),
            Option(
                "Both halves, since they are joined.",
                "They are joined for whatever comes above. Within the layer neither chain reads the other's states; a "
                "second layer would hear of it in both halves.",
            ),
        ],
    ),
    Question(
        "Two LSTM layers of 256 units, one on the other, read inputs of size 100. You make both bidirectional, with "
        "256 units in each direction. How many parameters has the new stack?",
        [
            Option(
                "2.59 times as many.",
                "Exactly twice as many in the lower layer. The upper one has two chains, and each of them reads 512 "
                "numbers where it read 256.",
                right=True,
            ),
            Option(
                "Twice as many: there are two of everything.",
                "So it is for one layer. The upper layer also reads vectors that are twice as long.",
            ),
            Option(
                "Four times as many, since the matrices are 512 by 512.",
                "That would be one chain of 512 units. Here each chain has its own 256, and its <i>W<sub>h</sub></i> "
                "stays 256 wide for each gate.",
            ),
            Option(
                "As many as before: the weights are shared.",
                "They are shared by the steps. Each direction has weights of its own.",
            ),
        ],
    ),
    Question(
        "A batch holds sentences of 5 and of 9 words; zeros fill up the short one. You run a trained bidirectional "
        "layer over it and do not tell it the lengths. Which states at real words come out wrong?",
        [
            Option(
                "None: zeros add nothing.",
                "A state moves at a zero input, too: by <i>W<sub>h</sub></i> and by the biases, which training has "
                "made nonzero.",
            ),
            Option(
                "The forward half of the short sentence.",
                "It has read nothing but words at each of them. It goes on over the padding afterwards, so take it "
                "at word 5 and not at the end.",
            ),
            Option(
                "The backward half of the short sentence.",
                "It reads four steps of padding before it comes to word 5. In another batch, with another longest "
                "sentence, it would come out differently.",
                right=True,
            ),
            Option(
                "Both halves of both sentences.",
                "The sequences of a batch do not see each other. The long one has no padding, and the padding of the "
                "short one lies in the future of its forward half.",
            ),
        ],
    ),
    Question(
        "Words arrive one by one, and each must have its tag before three more have come. The tag depends on up to two "
        "words to the right. What do you build?",
        [
            Option(
                "A bidirectional network over the whole text.",
                "It starts when the last word has come. For all but the end of the text that is far too late.",
            ),
            Option(
                "A bidirectional network, run anew over the words so far, which tags the newest one.",
                "The backward half at the newest word has read that word alone. What decides is still to come, so it "
                "does no better than a forward network, at many times the work.",
            ),
            Option(
                "A deeper forward network.",
                "Layers work on what has been read. No number of them reads a word that has not come.",
            ),
            Option(
                "A forward network that answers two words late.",
                "By then it has read all that decides, and it keeps the limit. It has to hold two words in its "
                "state meanwhile.",
                right=True,
            ),
        ],
    ),
    Question(
        "BERT is often listed among bidirectional recurrent networks. What is it?",
        [
            Option(
                "A stack of bidirectional LSTM layers, trained on a great deal of text.",
                "There is no recurrence in it. “Bidirectional” says which words an output may depend on, not how.",
            ),
            Option(
                "A Transformer: every place sees both sides, by attention.",
                "Both sides of the context without any chain of states (Devlin et al., 2019). A recurrent chain is "
                "one way to see far, attention another.",
                right=True,
            ),
            Option(
                "Two language models, one for each direction, whose states are joined.",
                "That is ELMo (Peters et al., 2018), which is made of LSTM layers. BERT came later and has none.",
            ),
        ],
    ),
    Question(
        "Eight recurrent layers with residual connections. The answer depends on an input 100 steps back. What do the "
        "connections do for the gradient on its way to it?",
        [
            Option(
                "They give it a path without any factor.",
                "Up and down through the layers of one step, yes. No connection here leads from one step to another, "
                "so 100 factors of <i>W<sub>h</sub></i> remain.",
            ),
            Option(
                "They spare it layers, not steps.",
                "On each step it may skip the layers. Each of the 100 steps back is still taken within some "
                "layer, through its <i>W<sub>h</sub></i>. Against that, gates help.",
                right=True,
            ),
            Option(
                "They divide the way: each layer bridges some 12 of the 100 steps.",
                "Every layer runs over all steps. A path may walk 12 steps in each of them, but its steps still add up "
                "to 100.",
            ),
            Option(
                "Nothing: depth was never the trouble.",
                "Without them a gradient also has to pass through all eight layers, a factor for each. These "
                "connections take that part away.",
            ),
        ],
    ),
]
