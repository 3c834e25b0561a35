"""How the answers in sentences are graded, by name: what formgrader and the report show.

Each paragraph that begins with a share of a point can be given by itself.
"""

RUBRICS = {
    "explain_batch": (
        "Half a point: the gradient of p is the sum of the rows of dx, because every image uses "
        "the same p: nudge one number of it, and the scores of all images move. A quarter for "
        "the sum without a reason.\n\n"
        "Half a point: the gradient of the biases is dy as it stands, a row for each image, "
        "because the bias of one image moves the scores of this image alone. A quarter for it "
        "without a reason.\n\n"
        "What counts as a reason is that p is shared and a bias is not, in any words. Nothing "
        'for "the gradients of parameters are summed, those of inputs are not", or "the shape '
        'of b asks for a sum": here it is the other way round.'
    ),
    "explain_rotation": (
        "Half a point: a pixel gathers with w as it is. It meets the weights in the opposite "
        "order to that of an output: in the first output that sees it, it stands at the end of "
        "the window, and in the last one at the beginning. An output of this library meets them "
        'back to front, so a pixel meets them from the first to the last. A quarter for "with '
        'w" without this reason; that backward everything is reflected once more repeats the '
        "rule and is no reason.\n\n"
        "Half a point: each zero stands for an output that does not exist, because its window "
        "would stick out of the row, and so has no price. (A pixel at the border lies in fewer "
        "windows than the filter has weights.) A quarter, if the zeros are only counted: so "
        "many are needed for dx to be as long as x, or k - 1 - p.\n\n"
        "Nothing for zeros that stand for pixels or for the padding of x: dy is a row of "
        "outputs."
    ),
    "explain_zeros": (
        "Half a point: dz is (2, 5, -1, 7), and it held zeros because the loss did not use z[1] "
        "and z[3]: nudge them, and it does not move. A quarter for the four numbers without "
        'this reason ("they were dropped" repeats the question), or for the reason with other '
        "numbers.\n\n"
        "Half a point: the last pixel, number 5 (the sixth), gets something through z[3], the "
        "only output whose window reaches it, and the zero at the end stood in the place of "
        "z[3]. A quarter for two of the three: the pixel, the output z[3], the zero at the end "
        "as its place.\n\n"
        'Nothing for "zeros make dy long enough". How much the pixel gets (28) is not asked.'
    ),
    "explain_mask": (
        "Half a point: yes. Nudge the largest score a little, and its own output follows; nudge "
        "another one a little, and nothing moves. So each output answers to its own score at "
        "most (the Jacobian is diagonal), and the mask is 1 at the largest and 0 elsewhere. A "
        'quarter for "yes" with the right mask, with "diagonal" or with "each output looks at '
        'its own score alone", if it is not said that a small nudge does not change which score '
        "is the largest.\n\n"
        "Half a point: the gradient of the middle column is 0, because the mask stops the price "
        "of the middle score in both rows, whatever it is; and so the training leaves these "
        "weights as they are. A quarter for one of the two: why it is 0, or what follows.\n\n"
        'Nothing in the first half for "input and output have the same size", or for "no, since '
        'all scores are compared": a small nudge does not change which one is the largest.'
    ),
    "explain_winner": (
        "Half a point: A and B share the price 20 of the middle window differently, where two "
        "3s are a tie. They may, because there is no derivative at a tie (one 3 pushed up moves "
        "y, pushed down it does not), or because the shares add up to 20. One reason is enough. "
        "A quarter for the tie without a reason.\n\n"
        "Half a point: the first 3 wins two windows, and C has written the 20 over the 6 "
        "instead of adding it; a nudge of this 3 moves two outputs, so both prices count. A "
        "quarter for one half of it: that the 6 is lost or overwritten (= for +=), or that this "
        "3 wins two windows.\n\n"
        'Nothing for "C does not treat the tie": to give all of the 20 to the first 3 is right.'
    ),
    "explain_training": (
        "Half a point for each of two causes; the best two count. A quarter is for the cause, "
        "and a quarter for what to print or to change together with what is then seen.\n\n"
        "A cause counts if all gradients can be right in spite of it. Such are: a rate that is "
        "too large (the loss jumps or grows, and falls with a smaller rate), or far too small "
        "(it falls with a larger one); a step uphill (the loss rises at once, and falls with "
        "the other sign); a step whose result is thrown away (the parameters are the same "
        "afterwards); labels that do not belong to the images (print some with their labels); the same "
        "few images in all batches (print their numbers: their own loss falls); a start of "
        "zeros, or units that are all dead, or a flat place (print the gradients: nearly all "
        "are 0). Too large and too small a rate are two causes only if it is said how they are "
        "told apart.\n\n"
        "Nothing for a mistake in a backward pass, which nudging finds, and nothing for "
        "overfitting, where the loss on the network's own images does fall."
    ),
}
