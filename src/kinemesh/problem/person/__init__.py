"""The person whom a robot follows: lengths, feet, hands, and what they hold."""
