"""What the HR factory needs before people are matched: the wording of a job offer.

- ``job_ad``: an offer as read from a text or a schema.org ``JobPosting``
- ``job_check``: what in its wording the law forbids, asks to justify or advises against
- ``titles``: titles that name one gender alone, and both forms of them
"""

from matcher.hiring.job_ad import JobAd, read_job_ad
from matcher.hiring.job_check import Finding, JobCheck, Severity, read_job_check

__all__ = ["Finding", "JobAd", "JobCheck", "Severity", "read_job_ad", "read_job_check"]
