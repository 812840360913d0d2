"""Programmes may ask in a site or an app."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0005_respondents_sites")]

    operations = [
        migrations.AlterField(
            model_name="programme",
            name="channel",
            field=models.CharField(
                choices=[("email", "E-mail"), ("sms", "Text message"), ("app", "In your site or app")],
                default="email",
                max_length=10,
            ),
        ),
    ]
