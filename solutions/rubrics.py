"""How the answers in sentences are graded, by name: what formgrader and the report show.

Each paragraph that begins with a share of a point can be given by itself.
"""

RUBRICS = {
    "explain_batch": (
        "Half a point: the gradient of p is the sum of the rows of dx, because every image uses "
        "the same p: nudge one number of it, and the scores of all images move. A quarter for "
        "the sum without a reason; nothing for a mean.\n\n"
        "Half a point: the gradient of the biases is dy as it stands, a row for each image, "
        "because the bias of one image moves the scores of this image alone. A quarter for it "
        "without a reason.\n\n"
        "What counts as a reason is that p is shared and a bias is not, in any words. "
        '"Parameters are summed, inputs are not" is no reason (the biases are parameters, too), '
        'nor is "the shapes ask for it"; what is right beside them gets its quarter.'
    ),
    "explain_rotation": (
        "Half a point: a pixel gathers with w as it is. It meets the weights in the opposite "
        "order to that of an output: in the first output that sees it, it stands at the end of "
        "the window, and in the last one at the beginning. An output of this library meets them "
        'back to front, so a pixel meets them from the first to the last. A quarter for "with '
        'w" without this reason. "It is reflected once more" repeats the rule: it is no reason, '
        "and takes nothing away from one that stands beside it. Nothing for an order without "
        '"with w".\n\n'
        "Half a point: each zero stands for an output that does not exist, because its window "
        "would stick out of the row, and so has no price. That a pixel at the border lies in "
        "fewer windows than the filter has weights is as good a reason. Nothing, if the zeros "
        "are only counted: the notebook does that.\n\n"
        "Nothing for zeros that stand for pixels or for the padding of x: dy is a row of "
        "outputs."
    ),
    "explain_zeros": (
        "Half a point: dz is (2, 5, -1, 7), and it held zeros because the loss did not use z[1] "
        "and z[3]: nudge them, and it does not move. A quarter for the four numbers without "
        'this reason ("they were dropped" alone repeats the question), or for the reason with '
        "wrong numbers. Nothing for the reason without numbers: the notebook has it.\n\n"
        "Half a point: the last pixel, number 5 (the sixth), gets something through z[3], the "
        "only output whose window reaches it, and the zero at the end stood in the place of "
        "z[3]. A quarter for two of the three: the pixel, the output z[3], the zero at the end "
        "as its place. Nothing for one of them.\n\n"
        'Nothing for "zeros make dy long enough". How much the pixel gets (28) is not asked, and '
        "a wrong amount costs nothing."
    ),
    "explain_mask": (
        "Half a point: yes. Nudge the largest score a little, and its own output follows; nudge "
        "another one a little, and nothing moves. So each output answers to its own score at "
        "most (the Jacobian is diagonal), and the mask is 1 at the largest and 0 elsewhere. "
        '"Nudge another score, and this output stays" is enough of a reason. A quarter for "yes" '
        'with the right mask or with "diagonal", and no such reason. That each output looks at '
        "its own score alone is not true here.\n\n"
        "Half a point: the gradient of the middle column is 0, because the mask stops the price "
        "of the middle score in both rows, whatever it is; and so the next step leaves these "
        "weights as they are. That the middle score may become the largest later, when others "
        "fall, is right, too. A quarter for 0 with one of the two: why, or what follows. "
        '"Negative, so dead" is no reason here: one middle score is positive.\n\n'
        'Nothing in the first half for "no, since all scores are compared": a small nudge does '
        'not change which one is the largest. "The same size" is no reason, and leaves the '
        "quarter."
    ),
    "explain_winner": (
        "Half a point: A and B share the price 20 of the middle window differently, where two "
        "3s are a tie. They may, because there is no derivative at a tie (one 3 pushed up moves "
        "y, pushed down it does not), or because the shares add up to 20. One reason is enough. "
        "A quarter for the tie without a reason. Nothing for sentences on ties that name neither "
        "the 20 nor the middle window.\n\n"
        "Half a point: the first 3 wins two windows, and C has written the 20 over the 6 "
        "instead of adding it. The reason: a nudge of this 3 moves two outputs, so both prices "
        "count; or the prices add up to 66, and dx of C to 60. A quarter for one half of it: "
        "that the 20 stands in the place of the 6 (= for +=), or that both prices belong to this "
        "3. Nothing, if the 6 is to go to another pixel.\n\n"
        'Nothing for "C does not treat the tie": to give all of the 20 to the first 3 is right.'
    ),
    "explain_training": (
        "Half a point for each of two causes; the best two count. A quarter is for the cause "
        "together with what to print or to change, and a quarter for what is then seen. Causes "
        "without a test get a quarter together, for the notebook names some. To print the loss "
        "and see that it does not fall is no test.\n\n"
        "A cause counts if all gradients can be right in spite of it, and the loss on the "
        "training images does not fall:\n\n"
        "- a rate that is too large: the loss jumps or grows, and falls with a smaller rate;\n"
        "- a rate that is far too small: it falls with a larger one (both rates are two causes "
        "only if it is said how they are told apart);\n"
        "- a step uphill: the loss rises at once, and falls with the other sign;\n"
        "- a step whose result is thrown away: the parameters are the same afterwards;\n"
        "- labels picked apart from the images: print some with their labels; the loss stays "
        "near log 10;\n"
        "- a start of zeros, units that are all dead, or a flat place: print the gradients, "
        "nearly all are 0.\n\n"
        "Nothing for a mistake in a backward pass, which nudging finds. Nothing for overfitting "
        "or for the same few images in all batches: there the loss on these images does fall."
    ),
}
