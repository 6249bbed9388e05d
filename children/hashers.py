from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

AT_ONCE = BoundedSemaphore(4)


class FrugalArgon2PasswordHasher(Argon2PasswordHasher):
    """argon2id with the parameters of OWASP's Password Storage Cheat Sheet (19 MiB, 2 passes, 1 thread), four at a time.

    Django's take 100 MiB each, and under ASGI any number of anonymous logins would hash at once: a small server dies of that.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with AT_ONCE:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with AT_ONCE:
            return super().verify(password, encoded)
