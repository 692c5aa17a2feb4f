"""What every package may use: settings, problems, resources, text forms."""
