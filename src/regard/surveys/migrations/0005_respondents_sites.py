"""A survey may be shown in frames of the sites that it names; of any, where it names none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0004_versions_go_with_their_survey")]

    operations = [migrations.AddField(model_name="survey", name="sites", field=models.JSONField(default=list))]
