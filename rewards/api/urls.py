from rest_framework.routers import SimpleRouter

from rewards.api import views

router = SimpleRouter(use_regex_path=False)
router.register("rewards", views.RewardViewSet, basename="reward")
router.register("reward-requests", views.RewardRequestViewSet, basename="reward-request")

urlpatterns = router.urls
