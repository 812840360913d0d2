"""Surveys as a Django app."""

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "regard.surveys"
    label = "surveys"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from regard.accounts.site import Workspace
        from regard.surveys.files.keeping import forget_file
        from regard.surveys.models import Upload
        from regard.surveys.respond.forgetting import forget_folder

        post_delete.connect(forget_folder, sender=Workspace, dispatch_uid="surveys.forget_folder")
        post_delete.connect(forget_file, sender=Upload, dispatch_uid="surveys.forget_file")
