"""What the process that workers are forked from imports first: until it is ready, no collection.

`service.validation.worker` ends that with `collect_rarely`.
"""

from service.common.garbage import stop_collecting

stop_collecting()
