"""A version that somebody answered stays, unless its survey goes with all its responses."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0003_sending_invitations")]

    operations = [
        migrations.AlterField(
            model_name="response",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT, related_name="responses", to="surveys.surveyversion"
            ),
        )
    ]
