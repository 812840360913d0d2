"""How forms are drawn: every field with its label, help and errors tied together."""

from django.forms.renderers import DjangoTemplates


class Renderer(DjangoTemplates):
    """Django's own widgets in our field (``FORM_RENDERER``)."""

    field_template_name = "web/field.html"
