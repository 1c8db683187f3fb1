"""The support policy on pages: a screen changes a part of the document, its plan is shown, then it is applied."""
