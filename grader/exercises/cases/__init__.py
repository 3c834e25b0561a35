"""The cases an exercise is asked with: small arrays that floating point holds exactly.

Entries are multiples of 1/4 within +-9/4, so every product is a multiple of 1/16 and every sum of
our sizes is exact in float64 and float32, in any order: a right answer has error 0, and an
accumulator of whole numbers shows. Sizes that a mistake can swap (N, D, C; H and W; kh and kw; F
and C) all differ.
"""
