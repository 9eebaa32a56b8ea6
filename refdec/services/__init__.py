"""What the core does for plugins: the services behind `Core`, and rate control by repeated encoding."""
