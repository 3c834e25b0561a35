"""What stood in the expression that raised: names, numbers and shapes, as the frame has them.

Nothing of a student's is called. An explanation is data, a kind and its details, from which the
trusted process makes the sentence (`sentences.py`).
"""
