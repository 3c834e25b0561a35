"""The summary sheet: what each layer does forward and backward, on one page.

Formulas stand between dollar signs and code between backticks. Students get the sheet with the
answers left out; the filled one is for after the course is closed.
"""

TITLE = "Gradients of a convolutional network, on one page"

READING = (
    "`dy` is the gradient of the loss by what a layer gives out. N images, C channels, F filters; "
    "$\\tilde{\\mathbf x}$ is $\\mathbf x$ with its padding, $\\mathbf w'$ the filter reflected, "
    "$\\star$ slides a filter over an image (cross-correlation)."
)

COLUMNS = ("layer", "shapes", "forward", "dx", "dw", "db")

# The first two cells of a row are printed on the blank sheet too. None: there is nothing to fill in.
LAYERS = (
    (
        "Affine",
        "x (N, D), w (D, C), b (C)",
        r"$\mathbf y = \mathbf x\,\mathbf w + \mathbf b$",
        r"$\mathbf{dy}\,\mathbf w^T$",
        r"$\mathbf x^T\,\mathbf{dy}$",
        r"$\sum_n \mathbf{dy}_n$",
    ),
    (
        "Convolution, stride 1",
        "x (N, C, H, W), w (F, C, kh, kw), b (F)",
        r"$\mathbf y_{n,f} = \sum_c \tilde{\mathbf x}_{n,c}\star\mathbf w_{f,c} + b_f$",
        r"$\sum_f \mathbf{dy}_{n,f}\star\mathbf w'_{f,c}$ with kh − 1 rows and kw − 1 columns of zeros "
        "around `dy`; then the padding is cut off",
        r"$\sum_n \tilde{\mathbf x}_{n,c}\star\mathbf{dy}_{n,f}$",
        r"$\sum_{n,i,j} dy_{n,f,i,j}$",
    ),
    (
        "Convolution, stride s",
        "the same",
        "stride 1, then every s-th row and column",
        "as with stride 1, from `dz`: `dy` with s − 1 zeros between neighbours, and the remainder r "
        "of zeros at the end",
        r"$\sum_n \tilde{\mathbf x}_{n,c}\star\mathbf{dz}_{n,f}$",
        r"$\sum_{n,i,j} dy_{n,f,i,j}$",
    ),
    (
        "ReLU",
        "any",
        r"$y = \max(x, 0)$",
        r"$dy$ where $x > 0$, else 0 (a mask)",
        None,
        None,
    ),
    (
        "Max pooling",
        "x (N, C, H, W)",
        "the largest number of each window",
        "each `dy` is added (+=) to the winner of its window; a tie is shared, or one winner takes it",
        None,
        None,
    ),
    (
        "Softmax and cross-entropy",
        "y (N, C), one label t for each image",
        r"$L = -\frac{1}{N}\sum_n \log p_{n,t}$; $\mathbf p$ is the softmax of $\mathbf y$",
        r"by y: $\mathbf p\,/\,N$, less $1\,/\,N$ at the label of each image",
        None,
        None,
    ),
)

TABLE = (
    ("", "gathers", "sprays"),
    ("forward, x to y", r"with $\mathbf w$", r"with $\mathbf w'$"),
    ("backward, dy to dx", r"with $\mathbf w'$", r"with $\mathbf w$"),
)

RULES = (
    ("Outputs of a row: n pixels, k weights, pad p, stride s", r"$\lfloor (n + 2p - k)\,/\,s\rfloor + 1$"),
    ("What is left over, r", r"$(n + 2p - k) \bmod s$"),
    ("The pad that keeps the length (stride 1)", r"$(k - 1)\,/\,2$, for odd k alone"),
    ("Zeros around dy on the way back", r"$k - 1 - p$; if that is negative, so many are cut off"),
    ("The trick for a stride, in one sentence", "A strided convolution is one of stride 1 of which every s-th output is kept; the outputs that were dropped send back a price of 0."),
    ("Why + and never = in a backward pass", "A number that reaches several outputs gets something back from each of them."),
)  # fmt: skip
