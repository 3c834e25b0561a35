"""A notebook as one page that opens anywhere.

Students export their own; the instructor's feedback pages share what is safe.
"""
