"""The questions of the chapters' self-check quizzes, one module a chapter."""
