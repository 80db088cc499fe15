use canteen::store::Tx;

pub fn reach(tx: &mut Tx<'_>) {
    let _connection = tx.connection();
}
