use canteen::ops::Run;

pub async fn remove(run: &Run) {
    let _done = run.remove_service("pad_app", "x1").await;
}
