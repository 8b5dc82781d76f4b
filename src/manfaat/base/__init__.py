"""What every package stands on: problems told together, paths, parameters, valid JSON, and which numbers rest
on too few people.
"""
