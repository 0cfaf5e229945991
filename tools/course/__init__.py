"""The book as homework: an nbgrader course made from the notebooks, and grading in a sandbox."""
