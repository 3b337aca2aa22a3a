"""Events that people mark on charts over time: a training, a flood, an election."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from analytics.enums import AnnotationKind
from municipalities.models import Programme
from municipalities.tenancy import TenantModel


class Annotation(models.Model):
    """What happened from `first` to `last`, often on one day, in words that everybody reads who sees the charts."""

    kind = models.CharField(_("kind"), max_length=10, choices=AnnotationKind)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    text = models.CharField(_("what happened"), max_length=80)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        constraints = [models.CheckConstraint(name="%(class)s_ends_after_it_begins", condition=Q(first__lte=F("last")))]

    def __str__(self) -> str:
        return self.text


class MunicipalityAnnotation(TenantModel, Annotation):
    """On the charts of one municipality."""

    class Meta(TenantModel.Meta):
        constraints = Annotation.Meta.constraints
        indexes = [models.Index(fields=["municipality", "first"], name="municipality_annotation_first")]


class ProgrammeAnnotation(Annotation):
    """On the charts of the programme and of its municipalities."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="annotations")

    class Meta(Annotation.Meta):
        indexes = [models.Index(fields=["programme", "first"], name="programme_annotation_first")]
