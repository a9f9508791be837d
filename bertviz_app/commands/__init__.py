"""What can be typed in a terminal: `inside-bert`, `inside-bert fetch`, `inside-bert check`."""
