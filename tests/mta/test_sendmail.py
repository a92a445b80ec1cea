#!/usr/bin/python3
"""steelyardd behind a real Sendmail: the scenarios that must hold behind any MTA."""
import scenarios

scenarios.run("sendmail").finish()
