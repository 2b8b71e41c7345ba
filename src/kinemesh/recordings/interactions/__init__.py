"""Published layouts of people with objects: GRAB, BEHAVE, ARCTIC and InterAct."""
