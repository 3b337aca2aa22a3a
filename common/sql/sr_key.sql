-- sr_key(text): key for Serbian alphabetical order, the same for the two scripts and for both cases.
--   ORDER BY sr_key(name), name        CREATE INDEX ... ON t (sr_key(name))
-- A bytea, so that no collation of the database has a say and ICU is not needed; serbian/sorting.py gives the same
-- bytes. Order: A B C Č Ć D Dž Đ E F G H I J K L Lj M N Nj O P Q R S Š T U V W X Y Z Ž, after digits and signs.
CREATE OR REPLACE FUNCTION sr_key(value text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT convert_to(
    translate(
      replace(replace(replace(
        translate(
          value,
          'ABCČĆDĐEFGHIJKLMNOPQRSŠTUVWXYZŽАБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШ',
          'abcčćdđefghijklmnopqrsštuvwxyzžабвгдђежзијклљмнњопрстћуфхцчџш'
        ),
        'dž', 'џ'), 'lj', 'љ'), 'nj', 'њ'),
      'abcčćdџđefghijklљmnњopqrsštuvwxyzžабвгдђежзијклмнопрстћуфхцчш',
      'ĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĀāĜĊąćĈġĠČčĎďđĒĔĕėĘĚĄěĉċĂăę'
    ),
    'UTF8'
  )
$$;
