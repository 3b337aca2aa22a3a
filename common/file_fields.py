"""The field for a file, with a button in the language of the page instead of the browser's."""

from django import forms


class FileInput(forms.FileInput):
    template_name = "ui/forms/file.html"
