"""The assessment: plan, observe, find, derive; pure steps over values, with `as_of` as an argument."""
