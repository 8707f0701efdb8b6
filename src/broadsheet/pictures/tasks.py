"""Background work on pictures. A task is a hint: `services.render_pending` finds what a lost one left."""

from django_tasks import task

from . import services
from .models import Picture


@task()
def render_picture(picture_id: int) -> bool:
    """Make the renditions of one picture; a picture deleted meanwhile is no error."""
    picture = Picture.objects.filter(pk=picture_id).first()
    return picture is not None and services.render(picture)
