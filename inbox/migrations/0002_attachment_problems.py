from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inbox", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="messageattachment",
            name="problem",
            field=models.CharField(
                blank=True,
                choices=[
                    ("type", "Files of this type are not accepted."),
                    ("old", "Old Word and Excel files and RTF are not accepted: ask for a PDF or a DOCX."),
                    ("program", "The document runs, embeds or loads something, so it is not accepted: ask for a PDF."),
                    ("locked", "The PDF asks for a password, so it is not accepted: ask for one without."),
                    ("pictures", "The PDF runs or holds something else, so you get pictures of its pages."),
                    ("size", "It is too large."),
                    ("broken", "The file cannot be read."),
                    ("unreached", "The network did not hand it out."),
                ],
                max_length=9,
            ),
        ),
    ]
