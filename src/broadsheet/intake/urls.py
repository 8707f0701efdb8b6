from django.urls import path

from .wires import receiving

urlpatterns = [path("-/websub/<str:key>/", receiving.websub, name="websub")]
