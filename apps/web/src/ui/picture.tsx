import { useEffect, useState } from 'preact/hooks';

/** A picture that is kept as bytes. */
export function Picture({ picture, alt }: { picture: Blob | undefined; alt: string }) {
  const [address, setAddress] = useState('');
  useEffect(() => {
    if (!picture) return;
    const made = URL.createObjectURL(picture);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [picture]);
  return address ? (
    <img src={address} alt={alt} width="112" height="112" />
  ) : (
    <div class="blank" role="img" aria-label={alt} />
  );
}
