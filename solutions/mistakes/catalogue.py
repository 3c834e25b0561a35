"""The one catalogue that the modules beside this one fill."""

from grader.instructor.author.mistakes import Catalogue

CATALOGUE = Catalogue()
wrong = CATALOGUE.wrong
