"""The programme's indicators: definitions, baselines, targets, values entered and measured."""
