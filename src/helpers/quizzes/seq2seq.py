"""Chapter 6: what people believe about encoders, decoders, attention and search. The numbers are held by a test."""

from helpers.quiz import Option, Question

__all__ = ["QUESTIONS"]

QUESTIONS = [
    Question(
        "An encoder hands over 64 floats of 32 bits. It fails at 12-digit numbers, one of which takes 40 bits to "
        "write down. What is the bottleneck?",
        [
            Option(
                "64 floats cannot hold 12 digits.",
                "2,048 bits could hold fifty such numbers. Room is not what is short; a way to write all digits in "
                "and to find each one again is, and it must be learned.",
            ),
            Option(
                "Everything has to be packed into one state and found in it again, and training must discover how.",
                "The digits share the same 64 numbers, and each later word overwrites a little. More units help some. "
                "Attention takes the need away: the decoder looks at all states.",
                right=True,
            ),
            Option(
                "The gradient does not reach the encoder.",
                "It does, through the state that is handed over. For a long number the path is longer, which is part "
                "of why it learns slowly; but the weights are shared, and the same ones do carry short numbers.",
            ),
            Option(
                "The decoder runs out of steps.",
                "A decoder writes until it chooses END. Its number of steps has no bound but the limit that the "
                "search sets.",
            ),
        ],
    ),
    Question(
        "Only the decoder has a loss. What trains the encoder?",
        [
            Option(
                "It is trained beforehand, as a language model of the source.",
                "That can be done, and is no part of the recipe. Here both start from random weights.",
            ),
            Option(
                "It learns from a loss of its own, at its last state.",
                "Nobody knows what that state should be, so there is no target for it. What it should be is whatever "
                "helps the decoder.",
            ),
            Option(
                "Nothing: random features are enough, as in a reservoir.",
                "Chapter 3 showed how much a reservoir can do. But here the optimiser has the encoder's weights too, "
                "and their gradients are not 0.",
            ),
            Option(
                "The decoder's losses, back through what it reads of the encoder.",
                "Through the state handed over, and with attention through every state that was looked at. Two sets "
                "of weights, one graph, one backward pass.",
                right=True,
            ),
        ],
    ),
    Question(
        "Teacher forcing, target <code>4 2 7</code>. The decoder has just been asked for the 2 and said 9. What does "
        "it read next?",
        [
            Option(
                "The 2.",
                "The right symbol, whatever it said. All inputs are known beforehand, so a mistake early in a "
                "sentence does not spoil the lesson of the rest.",
                right=True,
            ),
            Option(
                "The 9.",
                "That is what it will read at test time, when there is no teacher. Training with it now and then is "
                "called scheduled sampling.",
            ),
            Option(
                "The 7, which it is asked for now.",
                "Then it could copy. It reads what comes <em>before</em> the symbol that it is asked for; forget this "
                "shift by one, and the loss is splendid and the decoder useless.",
            ),
            Option(
                "START, since the sentence has failed.",
                "START opens the sentence and never comes back. One wrong symbol is one loss; the sentence goes on.",
            ),
        ],
    ),
    Question(
        "Greedy search. A trained decoder is fed its own symbols instead of the right ones. Each answer as a whole is "
        "right or wrong. What can change?",
        [
            Option(
                "How many answers are right as a whole.",
                "Up to its first mistake the decoder has read the right symbols either way. So the first mistake is "
                "the same, and an answer without one is the same.",
            ),
            Option(
                "Where the first wrong symbol stands.",
                "Before it, its own symbols <em>are</em> the right ones. It has read the same, and says the same.",
            ),
            Option(
                "How many symbols are right after the first mistake.",
                "There it reads what it never read in training. That is exposure bias, and in this chapter it costs "
                "some symbols and no whole answer.",
                right=True,
            ),
        ],
    ),
    Question(
        "A batch has sentences of 3 and of 9 words. You set the attention weights at padding to 0, after the softmax, "
        "and change nothing else. What is wrong?",
        [
            Option(
                "Nothing: padding has no weight any more.",
                "It had some when the softmax shared out. What it had is now missing, and the words of the short "
                "sentence have less than 1 between them.",
            ),
            Option(
                "The long sentence loses its last words.",
                "It has no padding, so the mask takes nothing from it.",
            ),
            Option(
                "The weights of the short sentence sum to less than 1.",
                "And by how much depends on the padding, hence on what else is in the batch. Set the <em>scores</em> "
                "to −∞ before the softmax, or divide by the sum again.",
                right=True,
            ),
        ],
    ),
    Question(
        "While the decoder writes the month, attention puts 0.9 on the word <i>march</i>. What does that show?",
        [
            Option(
                "That the encoder's state at that word is 0.9 of the context.",
                "Which is what a weight is. The state has read other words as well, and what the decoder makes of the "
                "context is not in the picture.",
                right=True,
            ),
            Option(
                "That 90 % of the decision is due to this word.",
                "Weights add up to 1, reasons do not. Change the word and watch the output, if that is what you want "
                "to know.",
            ),
            Option(
                "That no other word matters much.",
                "A recurrent encoder's state sums up its neighbours too. A word with the weight 0 may reach the "
                "context through the state of a word next to it.",
            ),
            Option(
                "That the decoder has found the right word, since alignments are part of its training.",
                "Nobody told it where to look: there is no target for the weights. It found the place because looking "
                "there made the loss smaller.",
            ),
        ],
    ),
    Question(
        "You search with a beam of width 3, then of width 10, both ranked by total log-probability. What can you be "
        "sure of?",
        [
            Option(
                "The wider beam finds a translation at least as probable.",
                "Usually so, and no law. A beginning that the narrow beam kept may be pushed out of the wide one by "
                "others that look better for a step or two.",
            ),
            Option(
                "The wider beam finds the better translation.",
                "What is searched is probability. Where the model's favourite is too short or empty, finding it more "
                "reliably makes translations worse.",
            ),
            Option(
                "Of neither: not of more probable, and not of better.",
                "Only a beam that never throws anything away is sure to find the most probable. And the most probable "
                "need not be the best: that is up to the model.",
                right=True,
            ),
            Option(
                "With width 3 it would have found what greedy search finds, or better.",
                "The greedy path can fall out of a beam in the middle, when three others are ahead, and would have "
                "caught up at the end.",
            ),
        ],
    ),
    Question(
        "Two hypotheses: A is END alone, with probability 0.05. B has 9 symbols and END, each of these with "
        "probability 0.7. Which one wins by total, and which by mean log-probability?",
        [
            Option(
                "B wins both: it is surer at every step.",
                "Ten factors of 0.7 make 0.028. Surer at every step, and less probable as a whole, because there are "
                "ten of them.",
            ),
            Option(
                "A wins by total, B by the mean.",
                "0.05 against 0.7<sup>10</sup> = 0.028; and −3.0 for each symbol of A against −0.36 of B. A sum of "
                "logarithms can only fall with length, hence the mean.",
                right=True,
            ),
            Option(
                "A wins both: the order of totals is that of means.",
                "Only for hypotheses of the same length. The mean divides by 1 here and by 10 there.",
            ),
            Option(
                "A has no mean: without END it has no symbols.",
                "END is a symbol like any other. The decoder chose it, its probability is in the total, and the "
                "length counts it.",
            ),
        ],
    ),
]
